#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace netio {

/// Occupies those of the descriptors 0, 1 and 2 that are closed at the start.
///
/// Otherwise the first socket would get such a number, and what is meant for
/// stdout or stderr would reach the peer. Writing to them fails, as it did before.
void reserve_standard_descriptors();

/// Writes all of @p text, in one write if the system takes it so.
[[nodiscard]] std::error_code write_all(int descriptor, std::string_view text) noexcept;

/// Writes @p text and a newline to stdout, in one write: whoever reads the other
/// end of a pipe gets the line at once and whole.
[[nodiscard]] std::error_code write_line(std::string text);

/// As write_line().
/// @throws std::system_error when stdout cannot be written.
template <typename... Args>
void print_line(fmt::format_string<Args...> format, Args&&... args) {
    if (const auto error = write_line(fmt::format(format, std::forward<Args>(args)...))) {
        throw std::system_error(error, "cannot write to standard output");
    }
}

/// Writes "program: message" as one line to stderr; does nothing where it cannot.
void complain(std::string_view program, std::string_view message) noexcept;

} // namespace netio
