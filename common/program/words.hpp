#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netio {

/// The text in lines of at most @p columns characters, broken between words.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns = 50);

/// How many characters have to be added, removed or replaced to make one word of the other
/// (the Levenshtein distance).
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

} // namespace netio
