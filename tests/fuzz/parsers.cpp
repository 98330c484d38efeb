// libFuzzer's entry point for the parsers of replies from the server, and of durations and
// counts on the command line. The first byte selects the parser. The rest is
// also read as a number, by both read_double() and read_double_with_strtod().

#include "common/program/command_line.hpp"
#include "common/program/duration.hpp"
#include "common/read_double.hpp"
#include "common/reply.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void read_reply(std::string_view text) {
    const double number = netio::parse_reply(text);
    require(std::isfinite(number));
    require(netio::parse_reply(netio::format_reply(number)) == number);
}

void read_duration(std::string_view text) {
    const auto duration = netio::parse_duration(text);
    require(duration.count() >= 0);
    require(duration <= std::chrono::seconds{1'000'000'000});
    // Only seconds may read "1000.00", from 999.995 s on: there is no greater unit.
    require(netio::to_text(duration).find("1000.00") == std::string::npos ||
            duration >= std::chrono::milliseconds{999'995});
}

void read_count(std::string_view text) {
    constexpr netio::count_range range{1, 1'000'000'000'000'000};
    const auto count = netio::parse_count(text, range);
    require(count >= range.least && count <= range.most);
}

std::uint64_t bits_of(double number) {
    return std::bit_cast<std::uint64_t>(number);
}

void read_number(std::string_view text) {
    const auto found = netio::read_double(text);
    const auto same = netio::read_double_with_strtod(text);
    require(found.has_value() == same.has_value());
    require(!found || bits_of(found->number) == bits_of(same->number));
    require(!found || found->rest == same->rest);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    read_number(text);
    try {
        switch (data[0] % 3) {
        case 0:
            read_reply(text);
            break;
        case 1:
            read_duration(text);
            break;
        default:
            read_count(text);
        }
    } catch (const std::invalid_argument&) {
        // The only exception that a parser may throw.
    }
    return 0;
}
