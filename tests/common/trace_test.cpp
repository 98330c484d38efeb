#include "common/platform/platform.hpp"
#include "common/trace.hpp"
#include "tests/catch.hpp"
#include "tests/json.hpp"
#include "tests/temporary_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using netio::trace_file;
using netio::testing::json;
using netio::testing::temporary_file;
using netio::testing::trace_events;
using std::chrono::steady_clock;

namespace {

constexpr steady_clock::time_point start{5s};

#ifdef _WIN32
const std::vector<std::string> no_files{"C:\\nowhere\\trace.json", "C:\\", "NUL"};
#else
const std::vector<std::string> no_files{"/nowhere/trace.json", "/", "/dev/null"};
#endif

} // namespace

TEST_CASE("json: the tests' parser takes JSON and nothing else", "[trace]") {
    CHECK(json::parse(R"( {"a":[1,-2.5e3,"x\"y",true,null],"b":{}} )")["a"].items().size() == 5);
    const auto* const wrong = GENERATE("", "[", "[1,]", "{\"a\":1,}", "[1 2]", "{a:1}", "[1]]",
                                       "\"x", "nan", "{\"a\":1,\"a\":2}", "[1,,2]");
    CAPTURE(wrong);
    CHECK_THROWS_AS(json::parse(wrong), std::runtime_error);
}

TEST_CASE("trace: events carry the format's fields, in microseconds", "[trace]") {
    const temporary_file file;
    {
        trace_file trace{file.path(), "program"};
        trace.name_thread(1, "track");
        trace.complete("slice", 1, {start, start + 1500us});
        trace.instant("poll", 1, start + 1ms);
        trace.arrow_from("127.0.0.1:1", 1, start);
        trace.arrow_to("127.0.0.1:1", 2, start + 1ms);
        trace.flush();
    }
    const auto events = trace_events(file);
    REQUIRE(events.size() == 6);
    CHECK(events[0]["ph"].text() == "M");
    CHECK(events[0]["args"]["name"].text() ==
          fmt::format("program (process {})", netio::platform::process_id()));
    CHECK(events[1]["name"].text() == "thread_name");
    CHECK(events[2]["ph"].text() == "X");
    CHECK(events[2]["ts"].number() == 5e6);
    CHECK(events[2]["dur"].number() == 1500.0);
    CHECK(events[3]["ph"].text() == "i");
    CHECK(events[4]["ph"].text() == "s");
    CHECK(events[5]["ph"].text() == "f");
    CHECK(events[4]["id"].text() == events[5]["id"].text());
    for (const auto& event : events) {
        CHECK(event["pid"].number() == events[0]["pid"].number());
    }
}

TEST_CASE("trace: what the replay needs is recorded in arguments", "[trace]") {
    const temporary_file file;
    {
        trace_file trace{file.path(), "program"};
        trace.settings(R"("requests":2)");
        trace.complete("slice", 1, {start, start + 1ms}, R"("draws":5)");
        trace.instant("sent", 1, start, R"("connection":"a")");
        trace.line("\"quoted\"\n", 2, start + 1ms);
        trace.connection("a", {start, start + 2ms});
        trace.flush();
    }
    const auto events = trace_events(file);
    REQUIRE(events.size() == 7);
    CHECK(events[1]["args"]["requests"].number() == 2);
    CHECK(events[2]["args"]["draws"].number() == 5);
    CHECK(events[3]["args"]["connection"].text() == "a");
    CHECK(events[4]["cat"].text() == "line");
    CHECK(events[4]["args"]["text"].text() == "\"quoted\"\n");
    CHECK(events[5]["ph"].text() == "b");
    CHECK(events[6]["ph"].text() == "e");
    CHECK(events[6]["ts"].number() == 5'002'000.0);
}

TEST_CASE("trace: a file can be read at any time, closed or not", "[trace]") {
    const temporary_file file;
    trace_file trace{file.path(), "program"};
    CHECK(trace_events(file).size() == 1);
    trace.instant("poll", 1, start);
    CHECK(trace_events(file).size() == 1); // not flushed
    trace.flush();
    CHECK(trace_events(file).size() == 2);
}

TEST_CASE("trace: a file that cannot be written is an error that names it", "[trace]") {
    const auto path = GENERATE(Catch::Generators::from_range(no_files));
    CHECK_THROWS_WITH((trace_file{path, "program"}),
                      Catch::Matchers::StartsWith("cannot write " + path + ": "));
}

TEST_CASE("trace: a file with something else in it is left alone", "[trace]") {
    const temporary_file file{"my notes\n"};
    CHECK_THROWS_WITH((trace_file{file.path(), "program"}),
                      Catch::Matchers::EndsWith("it is not a trace"));
    CHECK(file.text() == "my notes\n");
}

TEST_CASE("trace: a trace that has been closed is left alone", "[trace]") {
    const std::string closed = GENERATE("[]", "[{\"ph\":\"M\"}]\n", "[]\r\n\n");
    const temporary_file file{closed};
    CHECK_THROWS_WITH((trace_file{file.path(), "program"}),
                      Catch::Matchers::EndsWith("its array of events is closed"));
    CHECK(file.text() == closed);
}

TEST_CASE("trace: an array without events is added to", "[trace]") {
    const temporary_file file{GENERATE("", "[", "[\n")};
    const trace_file trace{file.path(), "program"};
    CHECK(trace_events(file).size() == 1);
}

TEST_CASE("trace: an event with a comma behind it is followed by ours", "[trace]") {
    const temporary_file file{"[{\"ph\":\"M\"},\n"};
    const trace_file trace{file.path(), "program"};
    CHECK(trace_events(file).size() == 2);
}

TEST_CASE("trace: two runs have different numbers, even if the system's number is the same",
          "[trace]") {
    const temporary_file file;
    const trace_file one{file.path(), "program"};
    const trace_file other{file.path(), "program"};
    const auto events = trace_events(file);
    REQUIRE(events.size() == 2);
    CHECK(events[0]["pid"].number() != events[1]["pid"].number());
    CHECK(events[0]["args"]["name"].text() == events[1]["args"]["name"].text());
}

TEST_CASE("trace: an event that was cut off is removed by the next program that appends",
          "[trace]") {
    const temporary_file file;
    {
        trace_file{file.path(), "first \\\" {["}.instant("poll", 1, start);
    }
    const auto whole = file.text();
    // Cut at every byte behind the bracket: what remains is a whole event, or none.
    for (std::size_t size = 1; size <= whole.size(); ++size) {
        const temporary_file cut{whole.substr(0, size)};
        const trace_file trace{cut.path(), "second"};
        CAPTURE(size, cut.text());
        CHECK(trace_events(cut).size() == (size == whole.size() ? 2 : 1));
    }
}

TEST_CASE("trace: a process that goes on appending mends the end, too", "[trace]") {
    const temporary_file file;
    trace_file trace{file.path(), "program"};
    std::ofstream{file.path(), std::ios::app} << ",\n{\"pid\":7,\"args\":{\"name\":\"x\"}";
    trace.instant("poll", 1, start);
    trace.flush();
    CHECK(trace_events(file).size() == 2);
}

TEST_CASE("trace: numbers that are no events are left alone", "[trace]") {
    const temporary_file file{"[1,2,3"};
    CHECK_THROWS_WITH((trace_file{file.path(), "program"}),
                      Catch::Matchers::EndsWith("it is not a trace"));
    CHECK(file.text() == "[1,2,3");
}
