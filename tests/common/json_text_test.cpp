#include "common/json_text.hpp"
#include "tests/catch.hpp"
#include "tests/json.hpp"

#include <string>

using netio::json_escaped;
using netio::testing::json;

TEST_CASE("json_escaped: a parser reads back every text in UTF-8", "[trace]") {
    std::string controls;
    for (char c = 0; c < 0x20; ++c) {
        controls += c;
    }
    const std::string text = GENERATE_COPY(
        std::string{}, std::string{"plain"}, std::string{"\"C:\\new\\\"\n\n"}, controls,
        std::string{"\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf "
                    "\xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"});
    CHECK(json::parse('"' + json_escaped(text) + '"').text() == text);
}

TEST_CASE("json_escaped: each byte outside a character becomes U+FFFD", "[trace]") {
    using example = std::pair<std::string, int>; // a text, and how many such bytes it has
    const auto [bytes, wrong] =
        GENERATE(example{"\x80", 1}, example{"\xff", 1}, example{"\xc3", 1}, example{"\xc0\xaf", 2},
                 example{"\xc1\xbf", 2}, example{"\xe0\x9f\xbf", 3}, example{"\xed\xa0\x80", 3},
                 example{"\xf0\x8f\xbf\xbf", 4}, example{"\xf4\x90\x80\x80", 4},
                 example{"\xf5\x80\x80\x80", 4}, example{"\xe2\x82", 2}, example{"\xe2\"", 1});
    std::string expected = "a";
    for (int i = 0; i < wrong; ++i) {
        expected += "\xef\xbf\xbd";
    }
    expected += bytes.back() == '"' ? "\\\"z" : "z";
    CHECK(json_escaped("a" + bytes + "z") == expected);
}
