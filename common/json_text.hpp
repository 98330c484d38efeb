#pragma once

#include <string>
#include <string_view>

namespace netio {

/// @p text as the inside of a JSON string: with escapes where JSON needs them, and U+FFFD in the
/// place of each byte that does not belong to a UTF-8 character.
[[nodiscard]] std::string json_escaped(std::string_view text);

} // namespace netio
