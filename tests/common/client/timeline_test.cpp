#include "common/client/timeline.hpp"
#include "tests/catch.hpp"
#include "tests/process.hpp"

#include <fmt/format.h>

#include <string>

using namespace std::chrono_literals;
using netio::draw_timeline;
using netio::run_record;
using std::chrono::steady_clock;

namespace {

constexpr steady_clock::time_point start{1000h};

/// Three slices of one second; a request that begins after the first, looks in vain
/// after each, and has its reply after the third.
run_record overlapped() {
    run_record record;
    record.run = {start, start + 3200ms};
    record.processor_time = 1800ms;
    record.slices = {{{start, start + 1s}}, {{start + 1s, start + 2s}}, {{start + 2s, start + 3s}}};
    record.requests.push_back(
        {"server_request", {start + 1s, start + 3s}, {{start + 1s, true}, {start + 2s, true}}});
    record.requests.back().unnoticed = 1s;
    return record;
}

} // namespace

TEST_CASE("timeline: rows, scale, legend and summary", "[timeline]") {
    // 64 columns after the label: 20 for each second.
    CHECK(draw_timeline(overlapped(), {81, false, 0ns}) ==
          "uniform_sum      ####################|###################|####################\n"
          "server_request                       +-------------------+-------------------*\n"
          "                 |0        |500ms    |1s       |1.5s     |2s       |2.5s     |3s\n"
          "                 # computing  | paused  - waiting  + no reply yet  * reply\n"
          "The thread computed for 94 % of 3.20s and had a processor for 60 % of that.\n"
          "2 pauses, longest slice 1.00s.\n"
          "2 polls, 0 wake-ups. A reply lay unnoticed for up to 1.00s.");
}

TEST_CASE("timeline: two runs can be drawn on one scale", "[timeline]") {
    const auto lines = netio::testing::lines_of(draw_timeline(overlapped(), {81, false, 6400ms}));
    CHECK(lines[0] == "uniform_sum      ##########|#########|##########");
}

TEST_CASE("timeline: no line is wider than asked, in columns", "[timeline]") {
    const int columns = GENERATE(40, 60, 80, 100);
    const auto lines = netio::testing::lines_of(draw_timeline(overlapped(), {columns, false, 0ns}));
    REQUIRE(lines.size() >= 6);
    for (const auto& line : lines) {
        CHECK(line.size() <= static_cast<std::size_t>(columns));
    }
}

TEST_CASE("timeline: even a narrow scale shows a unit", "[timeline]") {
    auto record = overlapped();
    const auto length = GENERATE(range(101, 999, 13)) * 1ms;
    record.run.end = start + length;
    record.slices.clear();
    record.requests.clear();
    const auto lines = netio::testing::lines_of(draw_timeline(record, {40, false, 0ns}));
    CAPTURE(length.count(), lines[1]);
    CHECK(lines[1].find("ms") != std::string::npos);
}

TEST_CASE("timeline: the first few of many requests have a row each, the rest share one",
          "[timeline]") {
    auto record = overlapped();
    for (int i = 2; i <= 1000; ++i) {
        record.requests.push_back(record.requests.front());
    }
    const auto lines = netio::testing::lines_of(draw_timeline(record, {80, false, 0ns}));
    REQUIRE(lines.size() == 11);
    CHECK_THAT(lines[4], Catch::Matchers::StartsWith("server_request "));
    CHECK_THAT(lines[5], Catch::Matchers::StartsWith("... 5 to 1000    "));
}

TEST_CASE("timeline: a run of zero length is drawn, too", "[timeline]") {
    run_record record;
    record.run = {start, start};
    record.slices = {{{start, start}}};
    CHECK_THAT(draw_timeline(record, {80, true, 0ns}),
               Catch::Matchers::StartsWith("uniform_sum      █\n"));
}

TEST_CASE("timeline: a failed request ends in a mark, one without an end is drawn to the end",
          "[timeline]") {
    auto record = overlapped();
    record.requests.push_back(record.requests.front());
    record.requests.front().failed = true;
    record.requests.back().life.end = {};
    const auto lines = netio::testing::lines_of(draw_timeline(record, {81, false, 0ns}));
    CHECK(lines[1] ==
          "server_request                       +-------------------+-------------------x");
    CHECK(lines[2] ==
          "server_request                       +-------------------+-----------------------");
    CHECK_THAT(lines[4], Catch::Matchers::EndsWith("* reply"));
    CHECK_THAT(lines[5], Catch::Matchers::EndsWith("x failed"));
}
