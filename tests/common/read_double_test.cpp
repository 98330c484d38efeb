#include "common/read_double.hpp"
#include "tests/catch.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

using netio::leading_double;
using netio::read_double;
using netio::read_double_with_strtod;

namespace {

/// Every case runs with both functions, so both are tested whichever the programs use.
auto either_reader() {
    return GENERATE(&read_double, &read_double_with_strtod);
}

} // namespace

TEST_CASE("read_double: reads a number and leaves what follows", "[read_double]") {
    struct example {
        std::string_view text;
        double number;
        std::string_view rest;
    };
    const auto read = either_reader();
    const auto [text, number, rest] = GENERATE(
        example{"12", 12.0, ""}, example{"-1.5", -1.5, ""}, example{".5", 0.5, ""},
        example{"-.5", -0.5, ""}, example{"1.", 1.0, ""}, example{"1.2e8", 1.2e8, ""},
        example{"1E+7", 1e7, ""}, example{"25e-1", 2.5, ""}, example{"1.e5", 1e5, ""},
        example{"5ms", 5.0, "ms"}, example{"1.5 2.5", 1.5, " 2.5"}, example{"1,5", 1.0, ",5"},
        example{"1.5.2", 1.5, ".2"}, example{"7e", 7.0, "e"}, example{"7e+", 7.0, "e+"},
        example{"7e-x", 7.0, "e-x"}, example{"0x10", 0.0, "x10"}, example{"1p3", 1.0, "p3"},
        example{"1'000", 1.0, "'000"}, example{"0e999999999999", 0.0, ""});
    CAPTURE(text);
    const auto found = read(text);
    REQUIRE(found);
    CHECK(found->number == number);
    CHECK(found->rest == rest);
}

TEST_CASE("read_double: refuses what does not begin with a finite number", "[read_double]") {
    const auto read = either_reader();
    const auto* const text =
        GENERATE("", " 1", "\t1", "\n1", "+1", "--1", "-", ".", "-.", "e5", ".e5", "-e5", "x10",
                 "inf", "-inf", "INFINITY", "nan", "-nan", "NaN(1)", "one", "- 1", ",5");
    CAPTURE(text);
    CHECK_FALSE(read(text));
}

TEST_CASE("read_double: refuses what is beyond a double's range", "[read_double]") {
    const auto read = either_reader();
    const auto* const text =
        GENERATE("1e309", "-1e309", "1e999999999999", "1e-400", "-2e-324", "0.1e-999999999999");
    CAPTURE(text);
    CHECK_FALSE(read(text));
}

TEST_CASE("read_double: reads to the last bit, from the least to the greatest", "[read_double]") {
    const auto read = either_reader();
    CHECK(read("5e-324")->number == 0x1p-1074);
    CHECK(read("2.2250738585072011e-308")->number == 0x0.fffffffffffffp-1022);
    CHECK(read("1.7976931348623157e308")->number == 0x1.fffffffffffffp1023);
    CHECK(std::bit_cast<std::uint64_t>(read("-0")->number) == 0x8000'0000'0000'0000);
    // Half-way between two doubles and just above: the last of 60 digits decides.
    CHECK(read("9007199254740993")->number == 0x1p53);
    CHECK(read("9007199254740993.00000000000000000000000000000000000000000001")->number ==
          0x1p53 + 2.0);
}

TEST_CASE("read_double: reads no further than the text", "[read_double]") {
    const std::string_view digits = "12345";
    CHECK(either_reader()(digits.substr(0, 3))->number == 123.0);
}

TEST_CASE("read_double: with strtod, it reads what std::from_chars reads", "[read_double]") {
    // Up to 9 random characters or words: many are numbers, many not quite.
    constexpr std::string_view alphabet = "0123456789019..--+eE";
    constexpr std::array words{"inf", "nan", "0x", "e-3", "e30", "e-400", " "};
    std::mt19937_64 engine{1};
    const auto below = [&engine](std::size_t end) {
        return static_cast<std::size_t>(engine() % end);
    };
    int numbers = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto length = below(10); length > 0; --length) {
            const auto kind = below(alphabet.size() + 1);
            text += kind < alphabet.size() ? std::string(1, alphabet[kind])
                                           : std::string{words[below(words.size())]};
        }
        const auto one = read_double(text);
        const auto other = read_double_with_strtod(text);
        CAPTURE(text);
        REQUIRE(one.has_value() == other.has_value());
        if (one) {
            ++numbers;
            REQUIRE(std::bit_cast<std::uint64_t>(one->number) ==
                    std::bit_cast<std::uint64_t>(other->number));
            REQUIRE(one->rest == other->rest);
        }
    }
    CHECK(numbers > 5'000);
}
