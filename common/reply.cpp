#include "common/reply.hpp"

#include "common/read_double.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace netio {
namespace {

/// The received text in quotation marks, shortened and made safe to print on one line.
std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 40;
    std::string shown{text.substr(0, longest)};
    const auto unprintable = [](char c) {
        return c < ' ' || c > '~';
    };
    std::replace_if(shown.begin(), shown.end(), unprintable, '?');
    return fmt::format("\"{}\"{}", shown, text.size() > longest ? "..." : "");
}

std::string_view without_surrounding_space(std::string_view text) {
    constexpr std::string_view space = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(space);
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(space) - first + 1);
}

} // namespace

std::string format_reply(double total) {
    return fmt::format(FMT_COMPILE("{}"), total);
}

double parse_reply(std::string_view text) {
    if (text.empty()) {
        throw std::invalid_argument("empty: the server closed the connection without a reply");
    }
    const auto found = read_double(without_surrounding_space(text));
    if (!found || !found->rest.empty()) {
        throw std::invalid_argument(fmt::format("not one finite number: {}", quoted(text)));
    }
    return found->number;
}

} // namespace netio
