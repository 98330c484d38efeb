#include "async_client/events.hpp"
#include "tests/catch.hpp"

#include <chrono>

using namespace std::chrono_literals;
using netio::look;
using netio::request_events;
using std::chrono::steady_clock;

namespace {

/// A run of which the last slice ended a second ago, and a request that began 700 ms before that.
struct run {
    explicit run(bool is_pausing)
        : slice{{now - 2s, now - 1s}} {
        options.timeline = true; // so that the run is recorded
        record.slices = {{{slice.begin - 1s, slice.begin}}, slice};
        record.is_pausing = is_pausing;
    }

    /// How long the reply lay unnoticed, at most, if the request has looked in vain before.
    std::chrono::nanoseconds unnoticed(std::initializer_list<look> looks) {
        request_events events{options, record, 1};
        events.record().life.begin = slice.end - 700ms;
        events.record().looks = looks;
        events.wake_up();
        events.done(1.5);
        return events.record().unnoticed;
    }

    steady_clock::time_point now = steady_clock::now();
    netio::sum_slice slice;
    netio::async_client_options options{};
    netio::run_record record{};
};

} // namespace

TEST_CASE("request_events: a task that polls may miss a reply since its last look", "[events]") {
    run recorded{true};
    const auto least = steady_clock::now() - recorded.slice.end + 500ms;
    CHECK(recorded.unnoticed({{recorded.slice.end - 500ms, true}}) >= least);
}

TEST_CASE("request_events: a task that the loop resumes may miss a reply during the slice before",
          "[events]") {
    run recorded{true};
    CHECK(recorded.unnoticed({}) == 700ms); // since the request was made
    CHECK(recorded.unnoticed({{recorded.slice.end - 200ms, false}}) == 200ms);
    CHECK(recorded.unnoticed({{recorded.slice.begin - 1ms, false}}) == 1s);
    CHECK(recorded.unnoticed({{recorded.slice.end + 1ms, false}}) == 0s);
}

TEST_CASE(
    "request_events: if the loop is told what is done, a reply may be missed during two slices",
    "[events]") {
    run recorded{true};
    recorded.record.loop_is_told = true;
    CHECK(recorded.unnoticed({}) == 700ms);
    CHECK(recorded.unnoticed({{recorded.slice.begin - 1ms, false}}) == 1001ms);
    CHECK(recorded.unnoticed({{recorded.slice.begin - 2s, false}}) == 2s);
}

TEST_CASE("request_events: a reply that comes while the loop waits is noticed immediately",
          "[events]") {
    run recorded{false};
    CHECK(recorded.unnoticed({}) == 0s);
}
