#include "common/program/duration.hpp"
#include "tests/catch.hpp"

#include <stdexcept>

using namespace std::chrono_literals;
using netio::parse_duration;
using netio::to_text;

TEST_CASE("duration: the text has two decimals and a unit chosen by size", "[duration]") {
    CHECK(to_text(2'780ms) == "2.78s");
    CHECK(to_text(8'710us) == "8.71ms");
    CHECK(to_text(85'200ns) == "85.20us");
    CHECK(to_text(0ns) == "0.00us");
    CHECK(to_text(40ns) == "0.04us");
    CHECK(to_text(90s) == "90.00s");
}

TEST_CASE("duration: no text rounds up to 1000 of its unit", "[duration]") {
    CHECK(to_text(999'994ns) == "999.99us");
    CHECK(to_text(999'995ns) == "1.00ms");
    CHECK(to_text(999'994'999ns) == "999.99ms");
    CHECK(to_text(999'995us) == "1.00s");
}

TEST_CASE("duration: every unit is read, a bare number is seconds", "[duration]") {
    CHECK(parse_duration("250us") == 250us);
    CHECK(parse_duration("5ms") == 5ms);
    CHECK(parse_duration("1.5s") == 1500ms);
    CHECK(parse_duration("2m") == 2min);
    CHECK(parse_duration("0.25") == 250ms);
    CHECK(parse_duration("1e-3") == 1ms);
    CHECK(parse_duration("0") == 0s);
    CHECK(parse_duration("1e9") == 1'000'000'000s);
}

TEST_CASE("duration: anything else is refused", "[duration]") {
    const auto* const text = GENERATE("", " ", "s", "ms", "-1s", "1 s", "5x", "1h", "5mss", "nan",
                                      "inf", "1e10", "0x10", "1e999", "s5", "1s ", "+1s");
    CAPTURE(text);
    CHECK_THROWS_AS(parse_duration(text), std::invalid_argument);
}
