#include "server/log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <tuple>
#include <unistd.h>

namespace netio {
namespace {

/// A pipe that poll() reports as writable has room for a line. A terminal may have less room,
/// and a write to it would block. So the terminal is opened a second time, in non-blocking mode.
/// (Setting that mode on the given descriptor would affect every program that shares the
/// descriptor, including the shell.)
int opened_without_waiting(int descriptor) {
    const char* const terminal = ::ttyname(descriptor);
    const int own =
        terminal == nullptr ? -1 : ::open(terminal, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return own < 0 ? descriptor : own;
}

int output(int descriptor) {
    // Both are opened at the first line, while there are free descriptors.
    static const int out = opened_without_waiting(STDOUT_FILENO);
    static const int err = opened_without_waiting(STDERR_FILENO);
    return descriptor == STDERR_FILENO ? err : out;
}

} // namespace

void write_if_there_is_room(int descriptor, const std::string& text) {
    pollfd room{output(descriptor), POLLOUT, 0};
    if (::poll(&room, 1, 0) > 0) {
        std::ignore = ::write(room.fd, text.data(), text.size());
    }
}

} // namespace netio
