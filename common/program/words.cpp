#include "common/program/words.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace netio {

std::string wrapped(std::string_view text, std::size_t columns) {
    std::string lines;
    while (text.size() > columns) {
        auto end = text.rfind(' ', columns);
        if (end == text.npos) {
            end = std::min(text.find(' '), text.size()); // a word longer than a line
        }
        lines.append(text.substr(0, end)).push_back('\n');
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines.append(text);
}

std::size_t edit_distance(std::string_view one, std::string_view other) {
    // The usual table, row by row: the distances from one prefix of `one` to every prefix of
    // `other`.
    std::vector<std::size_t> distances(other.size() + 1);
    std::iota(distances.begin(), distances.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        auto diagonal = std::exchange(distances[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const auto replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = distances[j + 1];
            distances[j + 1] = std::min({replaced, diagonal + 1, distances[j] + 1});
        }
    }
    return distances.back();
}

} // namespace netio
