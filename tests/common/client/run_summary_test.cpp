#include "common/client/run_summary.hpp"
#include "common/client/thread_clock.hpp"
#include "tests/catch.hpp"

#include <thread>

using namespace std::chrono_literals;
using netio::longest_unnoticed;
using netio::run_record;
using netio::thread_clock;
using std::chrono::steady_clock;

namespace {

constexpr steady_clock::time_point start{1000h};

/// Two slices, of 1 s and 2 s, each followed by a pause of 10 ms. A request from 100 ms on,
/// until @p end.
run_record two_slices(std::chrono::nanoseconds end) {
    run_record record;
    record.slices = {{start, start + 1s}, {start + 1010ms, start + 3010ms}};
    record.last_pause_end = start + 3020ms;
    record.requests.push_back({"server_request", {start + 100ms, start + end}});
    return record;
}

std::chrono::nanoseconds longest(const run_record& record) {
    return longest_unnoticed(record.requests.front(), record);
}

} // namespace

TEST_CASE("longest_unnoticed: for a task that polls, since its last look", "[summary]") {
    auto record = two_slices(3015ms);
    record.requests.front().looks = {{start + 1s, true}, {start + 2500ms, true}};
    CHECK(longest(record) == 515ms);
}

TEST_CASE("longest_unnoticed: for a task that the loop resumes, the slice just before",
          "[summary]") {
    CHECK(longest(two_slices(1005ms)) == 900ms); // the slice, from when it was asked
    CHECK(longest(two_slices(3015ms)) == 2s);
    auto looked = two_slices(3015ms);
    looked.requests.front().looks = {{start + 1005ms, false}};
    CHECK(longest(looked) == 2s);
}

TEST_CASE("longest_unnoticed: zero for a reply that came while the loop slept", "[summary]") {
    CHECK(longest(two_slices(3021ms)) == 0s);
    CHECK(longest(two_slices(10s)) == 0s);
    auto record = two_slices(1s);
    record.slices.clear();
    CHECK(longest(record) == 0s);
}

TEST_CASE("longest_unnoticed: zero if there was no reply", "[summary]") {
    auto record = two_slices(3015ms);
    record.requests.front().failed = true;
    CHECK(longest(record) == 0s);
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

TEST_CASE("summary: a run without computing shows 0 %", "[summary]") {
    CHECK(netio::summary({}, 80) == "The thread computed for 0 % of 0.00us and had a processor "
                                    "for 0 % of that.\n0 pauses, longest slice 0.00us.\n"
                                    "0 polls, 0 wake-ups. No reply lay unnoticed.");
}

TEST_CASE("thread_clock: stands still while the thread waits for another", "[summary]") {
    const auto computes_for = [](std::chrono::milliseconds length) {
        const auto begin = thread_clock::now();
        while (thread_clock::now() - begin < length) {
        }
    };
    const auto begin = steady_clock::now();
    const auto processor_begin = thread_clock::now();
    std::thread{computes_for, 50ms}.join();
    CHECK(thread_clock::now() - processor_begin < 25ms);
    computes_for(25ms);
    CHECK(thread_clock::now() - processor_begin >= 25ms);
    CHECK(steady_clock::now() - begin >= 75ms);
}
