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
/// No locale has an influence. White space or a plus sign before the number is refused;
/// hexadecimal digits are not read: of "0x10", the number is 0.
///
/// @return nothing where @p text begins otherwise ("nan" and "inf" included), or where
///         the number is beyond double's range or so small that it would become 0.
[[nodiscard]] std::optional<leading_double> read_double(std::string_view text);

/// As read_double(), for standard libraries without std::from_chars for double, which
/// is faster. Declared here so that the tests can compare the two everywhere.
[[nodiscard]] std::optional<leading_double> read_double_with_strtod(std::string_view text);

} // namespace netio
