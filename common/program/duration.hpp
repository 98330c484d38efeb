#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace netio {

/// Formats a duration with two decimals, in a unit that suits its size: "2.78s", "8.71ms",
/// "85.20us".
[[nodiscard]] std::string to_text(std::chrono::nanoseconds duration);

/// Reads "250us", "5ms", "1.5s" or "2m"; a plain number means seconds, as in Python.
///
/// @return from 0 to 1e9 s, rounded to a nanosecond.
/// @throws std::invalid_argument saying what is valid, for any other text.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text);

} // namespace netio
