#include "tests/json.hpp"

#include "common/read_double.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace netio::testing {
namespace {

/// A recursive-descent parser for RFC 8259's grammar; of the escapes, only the
/// short ones and those of ASCII.
class parser {
public:
    explicit parser(std::string_view text)
        : rest_{text} {}

    json whole() {
        auto result = value();
        skip_space();
        expect(rest_.empty());
        return result;
    }

private:
    json value() {
        skip_space();
        expect(!rest_.empty());
        switch (rest_.front()) {
        case '{':
            return {object()};
        case '[':
            return {array()};
        case '"':
            return {string()};
        default:
            return word_or_number();
        }
    }

    json::object object() {
        json::object members;
        for (take('{'); !next_is('}'); next_is(',') ? take(',') : expect(next_is('}'))) {
            skip_space();
            auto name = string();
            take(':');
            expect(members.emplace(std::move(name), value()).second);
            expect(next_is(',') || next_is('}'));
            expect(!(next_is(',') && followed_by('}')));
        }
        take('}');
        return members;
    }

    json::array array() {
        json::array items;
        for (take('['); !next_is(']'); next_is(',') ? take(',') : expect(next_is(']'))) {
            items.push_back(value());
            expect(next_is(',') || next_is(']'));
            expect(!(next_is(',') && followed_by(']')));
        }
        take(']');
        return items;
    }

    std::string string() {
        std::string result;
        take('"');
        while (!rest_.empty() && rest_.front() != '"') {
            expect(static_cast<unsigned char>(rest_.front()) >= ' ');
            if (rest_.front() == '\\') {
                rest_.remove_prefix(1);
                result.push_back(escaped());
                continue;
            }
            result.push_back(rest_.front());
            rest_.remove_prefix(1);
        }
        take('"');
        return result;
    }

    char escaped() {
        constexpr std::string_view hex = "0123456789abcdef";
        if (rest_.starts_with("u00")) {
            expect(rest_.size() >= 5 && rest_[3] < '8' && hex.find(rest_[3]) != hex.npos &&
                   hex.find(rest_[4]) != hex.npos);
            const auto code = 16 * hex.find(rest_[3]) + hex.find(rest_[4]);
            rest_.remove_prefix(5);
            return static_cast<char>(code);
        }
        constexpr std::string_view names = "\"\\/bfnrt";
        const auto name = rest_.empty() ? names.npos : names.find(rest_.front());
        expect(name != names.npos);
        rest_.remove_prefix(1);
        return "\"\\/\b\f\n\r\t"[name];
    }

    json word_or_number() {
        for (const auto& [word, meaning] : {std::pair<std::string_view, json>{"true", {true}},
                                            {"false", {false}},
                                            {"null", {nullptr}}}) {
            if (rest_.substr(0, word.size()) == word) {
                rest_.remove_prefix(word.size());
                return meaning;
            }
        }
        const bool starts_like_one =
            rest_.front() == '-' || std::isdigit(static_cast<unsigned char>(rest_.front())) != 0;
        const auto found = read_double(rest_);
        expect(found && starts_like_one);
        rest_ = found->rest;
        return {found->number};
    }

    void skip_space() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    }
    bool next_is(char c) {
        skip_space();
        return !rest_.empty() && rest_.front() == c;
    }
    bool followed_by(char c) const {
        const auto next = rest_.find_first_not_of(" \t\r\n", 1);
        return next != std::string_view::npos && rest_[next] == c;
    }
    void take(char c) {
        expect(next_is(c));
        rest_.remove_prefix(1);
    }
    void expect(bool condition) const {
        if (!condition) {
            throw std::runtime_error("not JSON, at: " + std::string{rest_.substr(0, 40)});
        }
    }

    std::string_view rest_;
};

} // namespace

json json::parse(std::string_view text) {
    return parser{text}.whole();
}

} // namespace netio::testing
