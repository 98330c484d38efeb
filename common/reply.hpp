#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netio {

/// The longest reply that a client reads, in bytes. The shortest text that identifies a
/// double takes at most 24.
inline constexpr std::size_t max_reply_size = 256;

/// The number as the server sends it: the shortest text that reads back exactly.
[[nodiscard]] std::string format_reply(double total);

/// Reads a whole reply: one finite decimal number, with or without white space around it.
///
/// A truncated number is accepted, too: the end of the stream does not say whether the text
/// is complete.
///
/// @throws std::invalid_argument saying what is wrong, for any other text: words, "nan", a
///         number beyond double's range, two numbers, or an empty text.
[[nodiscard]] double parse_reply(std::string_view text);

} // namespace netio
