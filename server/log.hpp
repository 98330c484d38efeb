#pragma once

#include <fmt/format.h>

#include <string>
#include <unistd.h>
#include <utility>

namespace netio {

/// Writes @p text to a pipe, terminal or file, if there is room for it without waiting.
///
/// Otherwise the text, or its end, is lost: a closed pipe, a full disk or a stopped terminal must
/// not affect the clients.
///
/// @param descriptor STDOUT_FILENO or STDERR_FILENO.
void write_if_there_is_room(int descriptor, const std::string& text);

/// Prints a line to stdout, if there is room for it.
template <typename... Args>
void log(fmt::format_string<Args...> format, Args&&... args) {
    write_if_there_is_room(STDOUT_FILENO, fmt::format(format, std::forward<Args>(args)...) + '\n');
}

/// Prints a line to stderr, if there is room for it.
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    write_if_there_is_room(
        STDERR_FILENO,
        fmt::format("server: {}\n", fmt::format(format, std::forward<Args>(args)...)));
}

} // namespace netio
