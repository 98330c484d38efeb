#include "server/log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace netio {
namespace {

/// Opens the terminal or pipe behind @p descriptor once more, such that no write to it
/// waits. To set that on the descriptor itself would concern all who share it: the
/// shell, too.
int opened_without_waiting(int descriptor) {
    struct stat what = {};
    if (::fstat(descriptor, &what) == 0 && (S_ISCHR(what.st_mode) || S_ISFIFO(what.st_mode))) {
        const auto path = fmt::format("/proc/self/fd/{}", descriptor);
        const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        return own < 0 ? descriptor : own;
    }
    return descriptor;
}

int descriptor_of(log_stream stream) {
    // Both at the first line, while there are descriptors to be had.
    static const int out = opened_without_waiting(STDOUT_FILENO);
    static const int err = opened_without_waiting(STDERR_FILENO);
    return stream == log_stream::out ? out : err;
}

} // namespace

void write_what_fits(log_stream stream, const std::string& text) {
    pollfd output{descriptor_of(stream), POLLOUT, 0};
    if (::poll(&output, 1, 0) > 0) { // it may be a socket, or could not be opened
        std::ignore = ::write(output.fd, text.data(), text.size());
    }
}

} // namespace netio
