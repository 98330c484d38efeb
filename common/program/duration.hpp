#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace netio {

/// A duration for people: two decimals, the unit chosen by size, as in
/// "2.78s", "8.71ms", "85.20us".
[[nodiscard]] std::string to_text(std::chrono::nanoseconds duration);

/// Reads "250us", "5ms", "1.5s" or "2m"; a bare number is seconds, as in Python.
///
/// @return from 0 to 1e9 s, rounded to a nanosecond.
/// @throws std::invalid_argument saying what is valid, for any other text.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text);

} // namespace netio
