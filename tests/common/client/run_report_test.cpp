#include "common/client/run_report.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_file.hpp"

#include <string>

using namespace std::chrono_literals;
using netio::trace_file;
using netio::testing::temporary_file;
using netio::testing::trace_events;
using std::chrono::steady_clock;

namespace {

constexpr steady_clock::time_point start{5s};

} // namespace

TEST_CASE("trace: a client's record has a track for the sum and one for each request", "[trace]") {
    netio::run_record record;
    record.run = {start, start + 3s};
    record.slices = {{{start, start + 1s}, 5}, {{start + 1s, start + 2s}, 8, true}};
    record.lines = {{start, 1, "Beginning uniform_sum."}};
    record.requests.push_back({"server_request",
                               {start + 1s, start + 2s},
                               {{start + 1s, true}, {start + 1500ms, false}},
                               1,
                               "127.0.0.1:4711 1.5"});
    record.requests.back().marks = {{start + 1s, "connected"}, {start + 2s, "wake"}};
    const temporary_file file;
    trace_file trace{file.path(), "async_client"};
    write_trace(record, trace);

    std::string shape;
    for (const auto& event : trace_events(file)) {
        shape += event["ph"].text() + ":" + event["name"].text() + " ";
    }
    CHECK(shape == "M:process_name M:thread_name X:uniform_sum X:uniform_sum M:thread_name "
                   "X:server_request i:poll i:wait i:connected i:wake s:request i:line ");
    const auto events = trace_events(file);
    CHECK(events[2]["args"]["draws"].number() == 5);
    CHECK(events[2]["args"]["ended"].text() == "allotment");
    CHECK(events[3]["args"]["ended"].text() == "done");
    CHECK(events[events.size() - 2]["id"].text() == "127.0.0.1:4711 1.5");
    CHECK(events.back()["args"]["text"].text() == "Beginning uniform_sum.");
}

TEST_CASE(
    "trace: a failed request is marked, and one that has not ended lasts to the end of the run",
    "[trace]") {
    netio::run_record record;
    record.run = {start, start + 3s};
    record.requests.push_back({"server_request 1", {start, start + 2s}});
    record.requests.back().failed = true;
    record.requests.push_back({"server_request 2", {start + 1s, {}}}); // has not ended
    const temporary_file file;
    trace_file trace{file.path(), "async_client"};
    write_trace(record, trace);

    const auto events = trace_events(file);
    REQUIRE(events.size() == 2 + 3 + 3);
    CHECK(events[4]["name"].text() == "failed");
    CHECK(events[4]["ts"].number() == 7e6);
    CHECK(events[6]["dur"].number() == 2e6);
    CHECK(events[7]["name"].text() == "unfinished");
    CHECK(events[7]["ts"].number() == 8e6);
}
