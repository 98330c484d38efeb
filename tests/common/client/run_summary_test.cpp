#include "common/client/timeline.hpp"
#include "tests/catch.hpp"

using namespace std::chrono_literals;
using netio::run_record;
using std::chrono::steady_clock;

namespace {

constexpr steady_clock::time_point start{1000h};

/// Two slices, of 1 s and 2 s, each followed by a pause of 10 ms. A request from 100 ms on,
/// until @p end.
run_record two_slices(std::chrono::nanoseconds end) {
    run_record record;
    record.slices = {{{start, start + 1s}}, {{start + 1010ms, start + 3010ms}}};
    record.requests.push_back({"server_request", {start + 100ms, start + end}});
    return record;
}

} // namespace

TEST_CASE("summary: the longest time that any reply may have lain unnoticed", "[summary]") {
    auto record = two_slices(3015ms);
    CHECK_THAT(netio::summary(record, 80), Catch::Matchers::EndsWith(" No reply lay unnoticed."));
    record.requests.front().unnoticed = 515ms;
    record.requests.emplace_back();
    CHECK_THAT(netio::summary(record, 80),
               Catch::Matchers::EndsWith(" A reply lay unnoticed for up to 515.00ms."));
}

TEST_CASE("summary: where the system reports what is done, the time for that is not known",
          "[summary]") {
    auto record = two_slices(4s);
    record.loop_is_told = true;
    record.requests.front().unnoticed = 515ms;
    CHECK_THAT(netio::summary(record, 200),
               Catch::Matchers::EndsWith(" A reply lay unnoticed for up to 515.00ms."));
    record.requests.front().wake_ups = 1;
    CHECK_THAT(netio::summary(record, 200),
               Catch::Matchers::EndsWith(" A reply lay unnoticed for up to 515.00ms, and the time "
                                         "that the system took to report it."));
    record.requests.front().unnoticed = 0s;
    CHECK_THAT(netio::summary(record, 200),
               Catch::Matchers::EndsWith(" No reply lay unnoticed, but for the time that the "
                                         "system took to report it."));
}

TEST_CASE("summary: the slices as a share of the run, processor time as a share of the slices",
          "[summary]") {
    auto record = two_slices(4s);
    record.run = {start, start + 4s};
    record.processor_time = 1800ms;
    CHECK_THAT(netio::summary(record, 80),
               Catch::Matchers::StartsWith("The thread computed for 75 % of 4.00s and had a "
                                           "processor for 60 % of that.\n"
                                           "1 pause, longest slice 2.00s.\n"));
}

TEST_CASE("summary: says how well the system's clock measures processor time", "[summary]") {
    auto record = two_slices(4s);
    record.run = {start, start + 4s};
    record.processor_time = 1800ms;
    record.processor_time_step = 15'625us; // two of them are 1.04 % of the slices' 3 s
    CHECK_THAT(netio::summary(record, 80),
               Catch::Matchers::StartsWith("The thread computed for 75 % of 4.00s and had a "
                                           "processor for 60 % of that, give\nor take 2 %.\n"));
    record.slices = {{{start, start + 100ms}}};
    CHECK_THAT(netio::summary(record, 200),
               Catch::Matchers::StartsWith("The thread computed for 2 % of 4.00s, too short a "
                                           "time to measure how long it had a processor.\n"));
}

TEST_CASE("summary: a run without computing shows 0 %", "[summary]") {
    CHECK(netio::summary({}, 80) == "The thread computed for 0 % of 0.00us and had a processor "
                                    "for 0 % of that.\n0 pauses, longest slice 0.00us.\n"
                                    "0 polls, 0 wake-ups. No reply lay unnoticed.");
}
