#pragma once

#include "common/platform/platform.hpp"

#include <fmt/format.h>

#include <utility>

namespace netio {

// The server's lines. A closed pipe, a full disk or a stopped terminal must not affect the clients.
// So a line for which there is no room is lost.

/// Prints a line to stdout.
template <typename... Args>
void log(fmt::format_string<Args...> format, Args&&... args) {
    platform::write_if_there_is_room(platform::standard_stream::out,
                                     fmt::format(format, std::forward<Args>(args)...) + '\n');
}

/// Prints a line to stderr.
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    platform::write_if_there_is_room(
        platform::standard_stream::err,
        fmt::format("server: {}\n", fmt::format(format, std::forward<Args>(args)...)));
}

} // namespace netio
