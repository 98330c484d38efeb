#include "common/program/standard_output.hpp"

#include <cerrno>
#include <cstddef>
#include <poll.h>
#include <unistd.h>

namespace netio {

std::error_code write_all(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EAGAIN) {
            // Another program that shares the terminal or pipe has made it non-blocking.
            pollfd room{descriptor, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            return {errno, std::system_category()};
        }
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    return {};
}

std::error_code write_line(std::string text) {
    text.push_back('\n');
    return write_all(STDOUT_FILENO, text);
}

} // namespace netio
