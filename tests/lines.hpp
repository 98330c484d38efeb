#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace netio::testing {

/// The lines of a program's output, without their newlines.
[[nodiscard]] inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        const auto newline = std::min(text.find('\n', start), text.size());
        lines.push_back(text.substr(start, newline - start));
        start = newline + 1;
    }
    return lines;
}

} // namespace netio::testing
