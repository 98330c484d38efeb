#include "common/json_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>

namespace netio {
namespace {

/// How many bytes the UTF-8 character at the front of @p text has; 0 if there is none. UTF-8
/// excludes characters in more bytes than needed, surrogates, and all beyond U+10FFFF.
std::size_t character_size(std::string_view text) {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t size = first < 0xc2 || first > 0xf4 ? 0
                             : first < 0xe0               ? 2
                             : first < 0xf0               ? 3
                                                          : 4;
    const auto least = first == 0xe0 ? 0xa0U : first == 0xf0 ? 0x90U : 0x80U;
    const auto most = first == 0xed ? 0x9fU : first == 0xf4 ? 0x8fU : 0xbfU;
    bool is_whole = byte(1) >= least && byte(1) <= most;
    for (std::size_t i = 2; i < size; ++i) {
        is_whole = is_whole && (byte(i) & 0xc0U) == 0x80U;
    }
    return is_whole ? size : 0;
}

} // namespace

std::string json_escaped(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto size = character_size(text);
        const auto character = text.substr(0, size);
        const auto code = static_cast<unsigned char>(text.front());
        if (size == 0) {
            result += "\xef\xbf\xbd"; // U+FFFD
        } else if (code == '\n') {
            result += "\\n";
        } else if (code < 0x20) {
            fmt::format_to(std::back_inserter(result), "\\u{:04x}", code);
        } else {
            result += code == '"' || code == '\\' ? "\\" : "";
            result += character;
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return result;
}

} // namespace netio
