#pragma once

#include "common/standard_streams.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace netio {

/// A server outlives whoever reads its output. A closed pipe, a full disk, or one
/// who has stopped reading is no reason to fail the clients: the line is lost then.
[[nodiscard]] inline bool would_take_a_line(int descriptor) {
    pollfd output{descriptor, POLLOUT, 0};
    return ::poll(&output, 1, 0) > 0;
}

/// Prints a line to stdout, if that takes it.
template <typename... Args>
void log(fmt::format_string<Args...> format, Args&&... args) {
    if (would_take_a_line(STDOUT_FILENO)) {
        std::ignore = write_line(fmt::format(format, std::forward<Args>(args)...));
    }
}

/// Prints a line to stderr, likewise.
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    if (would_take_a_line(STDERR_FILENO)) {
        complain("server", fmt::format(format, std::forward<Args>(args)...));
    }
}

} // namespace netio
