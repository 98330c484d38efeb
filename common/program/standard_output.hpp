#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace netio {

/// Writes all of @p text, in one write if the system accepts it whole. If the descriptor is
/// non-blocking, waits until there is room.
///
/// @return the error that ended the writing, or none.
[[nodiscard]] std::error_code write_all(int descriptor, std::string_view text) noexcept;

/// Writes @p text and a newline to stdout as write_all() does, so that a reader at the other end
/// of a pipe gets the line immediately and, normally, whole.
[[nodiscard]] std::error_code write_line(std::string text);

/// Formats a line and writes it as write_line() does.
/// @throws std::system_error when stdout cannot be written.
template <typename... Args>
void print_line(fmt::format_string<Args...> format, Args&&... args) {
    if (const auto error = write_line(fmt::format(format, std::forward<Args>(args)...))) {
        throw std::system_error(error, "cannot write to standard output");
    }
}

} // namespace netio
