#pragma once

#include <optional>
#include <string_view>

namespace netio {

/// A number, and the text that follows it.
struct leading_double {
    double number = 0.0; ///< finite
    std::string_view rest;
};

/// Reads the finite decimal number that @p text begins with: "12", "-1.5", ".5", "1e7".
///
/// The result does not depend on the locale. White space or a plus sign before the number is
/// refused. Hexadecimal digits are not read: the number in "0x10" is 0, and the rest "x10".
///
/// @return nothing if @p text does not begin with such a number ("nan" and "inf" included), or
///         if the number is beyond double's range, or so small that it would become 0.
[[nodiscard]] std::optional<leading_double> read_double(std::string_view text);

/// The same, slower, for standard libraries without std::from_chars for double; as long as the
/// program leaves the locale's LC_NUMERIC alone. Declared here so that the tests can compare the
/// two functions on every system.
[[nodiscard]] std::optional<leading_double> read_double_with_strtod(std::string_view text);

} // namespace netio
