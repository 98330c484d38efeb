#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace netio::testing {

/// A JSON value, for tests of programs that write JSON.
struct json {
    using array = std::vector<json>;
    using object = std::map<std::string, json>;

    std::variant<std::nullptr_t, bool, double, std::string, array, object> value;

    /// @throws std::runtime_error unless the whole text is JSON.
    [[nodiscard]] static json parse(std::string_view text);

    [[nodiscard]] const json& operator[](const std::string& key) const {
        return std::get<object>(value).at(key);
    }
    [[nodiscard]] bool has(const std::string& key) const {
        return std::get<object>(value).contains(key);
    }
    [[nodiscard]] const std::string& text() const { return std::get<std::string>(value); }
    [[nodiscard]] double number() const { return std::get<double>(value); }
    [[nodiscard]] const array& items() const { return std::get<array>(value); }
};

} // namespace netio::testing
