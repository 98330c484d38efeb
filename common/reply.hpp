#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netio {

/// The longest reply that a client reads, in bytes; the shortest text of a
/// double takes at most 24.
inline constexpr std::size_t max_reply_size = 256;

/// The number as it goes over the wire: the shortest text that reads back exactly.
[[nodiscard]] std::string format_reply(double total);

/// Reads a whole reply: one finite decimal number, white space around it allowed.
///
/// @throws std::invalid_argument quoting the text, for anything else: words, "nan",
///         a number out of double's range, two numbers, nothing.
[[nodiscard]] double parse_reply(std::string_view text);

} // namespace netio
