#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netio {

/// Breaks the text between words into lines of at most @p columns characters. A word that is
/// longer gets a line of its own.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns = 50);

/// How many characters must be added, removed or replaced to turn one word into the other
/// (the Levenshtein distance).
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

} // namespace netio
