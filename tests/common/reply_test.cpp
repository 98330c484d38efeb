#include "common/reply.hpp"
#include "tests/catch.hpp"

#include <limits>
#include <stdexcept>
#include <string>

using netio::format_reply;
using netio::parse_reply;

TEST_CASE("reply: the text is the shortest that reads back exactly", "[reply]") {
    CHECK(format_reply(0.1) == "0.1");
    CHECK(format_reply(-2542.28) == "-2542.28");
    using limits = std::numeric_limits<double>;
    const double number =
        GENERATE(0.0, -0.0, 1599.99, -1.0 / 3.0, 1e22, 123456789.123456789, limits::max(),
                 limits::lowest(), limits::min(), limits::denorm_min(), limits::epsilon());
    const auto text = format_reply(number);
    CAPTURE(text);
    CHECK(text.size() <= 24);
    CHECK(parse_reply(text) == number);
}

TEST_CASE("reply: Python's notation is understood", "[reply]") {
    CHECK(parse_reply("1e+16") == 1e16);
    CHECK(parse_reply("-2542.2812345678901") == -2542.2812345678901);
    CHECK(parse_reply("5e-324") == 5e-324);
}

TEST_CASE("reply: white space may surround the number", "[reply]") {
    const auto* const text = GENERATE("1.5", "1.5\n", "1.5\r\n", " 1.5", "\t 1.5 \v\f");
    CAPTURE(text);
    CHECK(parse_reply(text) == 1.5);
}

TEST_CASE("reply: everything but one finite number is refused", "[reply]") {
    const auto text = GENERATE(as<std::string>{}, "", " ", "\r\n", "words", "nan", "-nan", "inf",
                               "-infinity", "1e999", "-1e999", "1 2", "1,5", "1.5x", "0x1p3", "--1",
                               "1e", ".", "1.5.2", "<html>");
    CAPTURE(text);
    CHECK_THROWS_AS(parse_reply(text), std::invalid_argument);
    CHECK_THROWS_AS(parse_reply(std::string{"1.5\0", 4}), std::invalid_argument);
}

TEST_CASE("reply: received text is quoted in one short printable line", "[reply]") {
    CHECK_THROWS_WITH(parse_reply("two\nlines\x1b[2J"), "not one finite number: \"two?lines?[2J\"");
    CHECK_THROWS_WITH(parse_reply(std::string(200, 'x')),
                      "not one finite number: \"" + std::string(40, 'x') + "\"...");
}
