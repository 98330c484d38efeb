#include "common/program/standard_streams.hpp"

#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <poll.h>
#include <tuple>
#include <unistd.h>

namespace netio {

std::error_code write_all(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EAGAIN) {
            // Somebody with whom the terminal or pipe is shared has made it non-blocking.
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

void reserve_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            // open() takes the lowest free number, which is this one. The wrong
            // way round, so that using it is still an error.
            std::ignore = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

std::error_code write_line(std::string text) {
    text.push_back('\n');
    return write_all(STDOUT_FILENO, text);
}

void complain(std::string_view program, std::string_view message) noexcept {
    try {
        // If stderr is gone too, there is nobody left to tell.
        std::ignore = write_all(STDERR_FILENO, fmt::format("{}: {}\n", program, message));
    } catch (const std::exception&) {
        std::ignore = write_all(STDERR_FILENO, "out of memory\n");
    }
}

} // namespace netio
