#include "common/client/run_summary.hpp"
#include "tests/catch.hpp"

using namespace std::chrono_literals;
using netio::longest_unnoticed;
using netio::run_record;
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

TEST_CASE("longest_unnoticed: since the last look for one that polls", "[summary]") {
    auto record = two_slices(3015ms);
    record.requests.front().looks = {{start + 1s, true}, {start + 2500ms, true}};
    CHECK(longest(record) == 515ms);
}

TEST_CASE("longest_unnoticed: the slice right before, for one that the loop resumes", "[summary]") {
    CHECK(longest(two_slices(1005ms)) == 900ms); // the slice, from when it was asked
    CHECK(longest(two_slices(3015ms)) == 2s);
    auto looked = two_slices(3015ms);
    looked.requests.front().looks = {{start + 1005ms, false}};
    CHECK(longest(looked) == 2s);
}

TEST_CASE("longest_unnoticed: nothing for a reply that came while the loop slept", "[summary]") {
    CHECK(longest(two_slices(3021ms)) == 0s);
    CHECK(longest(two_slices(10s)) == 0s);
    auto record = two_slices(1s);
    record.slices.clear();
    CHECK(longest(record) == 0s);
}

TEST_CASE("longest_unnoticed: nothing where there was no reply", "[summary]") {
    auto record = two_slices(3015ms);
    record.requests.front().failed = true;
    CHECK(longest(record) == 0s);
}
