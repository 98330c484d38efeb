// What --timeline, --trace and many requests show of the real programs.

#include "tests/catch.hpp"
#include "tests/json.hpp"
#include "tests/linux.hpp"
#include "tests/process.hpp"
#include "tests/temporary_file.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <regex>
#include <sched.h>
#include <set>
#include <string>
#include <vector>

using namespace netio::testing;

namespace {

using options = std::vector<std::string>;

double end_of(const json& event) {
    return event["ts"].number() + event["dur"].number();
}

/// The complete event of the same process and thread that holds @p at.
const json* enclosing(const json::array& events, const json& at) {
    const auto found = std::find_if(events.begin(), events.end(), [&](const json& event) {
        return event["ph"].text() == "X" && event["pid"].number() == at["pid"].number() &&
               event["tid"].number() == at["tid"].number() &&
               event["ts"].number() <= at["ts"].number() && at["ts"].number() <= end_of(event);
    });
    return found == events.end() ? nullptr : &*found;
}

/// The trace that all three programs write when both clients have asked the server.
json::array trace_of_all_three() {
    const temporary_file file;
    server_process server{
        {"--port", "0", "--samples", "1e6", "--delay", "50ms", "--trace", file.path()}};
    const options call{"--port", server.port(), "--samples", "1e6", "--trace", file.path()};
    auto pausing = call;
    pausing.insert(pausing.end(), {"--time-allotment", "0"});
    CHECK(run(command("serial_client", call)).status == 0);
    CHECK(run(command("async_client", pausing)).status == 0);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
    return trace_events(file);
}

/// The names of the arrows that begin ("s") or end ("f"), sorted.
std::vector<std::string> arrow_ends(const json::array& events, const std::string& kind) {
    std::vector<std::string> names;
    for (const auto& event : events) {
        if (event["ph"].text() == kind) {
            names.push_back(event["id"].text());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

TEST_CASE("trace: one file shows all three programs, each event with the format's fields",
          "[trace]") {
    std::map<std::string, int> kinds;
    std::set<std::string> processes;
    for (const auto& event : trace_of_all_three()) {
        const auto kind = event["ph"].text();
        ++kinds[kind];
        CHECK(event["pid"].number() > 0);
        CHECK_FALSE(event["name"].text().empty());
        if (kind == "M") {
            if (event["name"].text() == "process_name") {
                const auto name = event["args"]["name"].text(); // "server (process 4711)"
                processes.insert(name.substr(0, name.find(' ')));
            }
            continue;
        }
        CHECK(event["tid"].number() > 0);
        CHECK(event["ts"].number() > 0);
        CHECK((kind != "X" || event["dur"].number() >= 0));
    }
    CHECK(processes == std::set<std::string>{"server", "serial_client", "async_client"});
    // Slices and a request of either client, and the computations. Because of the delay the
    // async client has looked for its reply in vain, more than once.
    CHECK(kinds["X"] == 40 + 1 + 1 + 1 + 1 + 2);
    CHECK(kinds["s"] == 2);
    CHECK(kinds["f"] == 2);
    CHECK(kinds["i"] >= 2);
}

TEST_CASE("trace: an arrow leads from each request to its computation", "[trace]") {
    const auto events = trace_of_all_three();
    int arrows = 0;
    for (const auto& start : events) {
        if (start["ph"].text() != "s") {
            continue;
        }
        const auto end = std::find_if(events.begin(), events.end(), [&](const json& event) {
            return event["ph"].text() == "f" && event["id"].text() == start["id"].text();
        });
        REQUIRE(end != events.end());
        const auto* const request = enclosing(events, start);
        const auto* const computation = enclosing(events, *end);
        REQUIRE(request != nullptr);
        REQUIRE(computation != nullptr);
        CHECK((*request)["name"].text() == "server_request");
        CHECK((*computation)["name"].text() == "gaussian_sum");
        // One clock: the computation lies within the request.
        CHECK((*request)["ts"].number() <= (*computation)["ts"].number());
        CHECK(end_of(*computation) <= end_of(*request));
        ++arrows;
    }
    CHECK(arrows == 2);
}

TEST_CASE("trace: the lines are in it as they were printed", "[trace]") {
    const temporary_file file;
    server_process server{{"--port", "0", "--samples", "10", "--trace", file.path()}};
    options call{"--port", server.port(), "--samples", "1e6", "--trace", file.path()};
    const auto is_quiet = GENERATE(false, true);
    if (is_quiet) {
        call.emplace_back("--quiet");
    }
    std::string printed = run(command("serial_client", call)).out;
    call.insert(call.end(), {"--requests", "20", "--time-allotment", "0"});
    printed += run(command("async_client", call)).out;
    server.send_signal(SIGTERM);
    for (const auto& line : lines_of(server.wait().out)) {
        printed += line + '\n'; // all but the first, which server_process has read
    }

    std::string clients;
    std::string servers;
    const auto events = trace_events(file);
    for (const auto& event : events) {
        if (event["name"].text() == "line") {
            const bool is_server = event["pid"].number() == events.front()["pid"].number();
            (is_server ? servers : clients) += event["args"]["text"].text() + '\n';
        }
    }
    CHECK(clients + servers == printed);
}

TEST_CASE("trace: the server's event loop has a name, even if other threads compute", "[trace]") {
    const auto events = trace_of_all_three();
    std::map<double, std::string> threads;
    for (const auto& event : events) {
        if (event["name"].text() == "thread_name" &&
            event["pid"].number() == events.front()["pid"].number()) {
            threads[event["tid"].number()] = event["args"]["name"].text();
        }
    }
    CHECK(threads.size() > 1);
    CHECK(threads[1] == "event loop");
    CHECK(threads.rbegin()->second == "computing thread");
}

TEST_CASE("trace: a client on a mapped address gets its arrow, too", "[trace]") {
    if (!has_ipv6()) {
        WARN("not tested, as there is no IPv6 here");
        return;
    }
    const auto* const program = GENERATE("serial_client", "async_client");
    const temporary_file file;
    server_process server{{"--port", "0", "--samples", "10", "--trace", file.path()}};
    CHECK(run(command(program, {"--host", "::ffff:127.0.0.1", "--port", server.port(), "--samples",
                                "10", "--trace", file.path()}))
              .status == 0);
    stop_and_expect_success(server);
    const auto events = trace_events(file);
    const auto begins = arrow_ends(events, "s");
    REQUIRE(begins.size() == 1);
    CHECK(begins == arrow_ends(events, "f"));
}

TEST_CASE("trace: no two of 10000 requests in several runs share an arrow", "[trace][slow]") {
    // So many that the system gives some clients the same port.
    const temporary_file file;
    server_process server{{"--port", "0", "--samples", "10", "--trace", file.path()}};
    const auto requests = fewer_where_slow(2'000);
    for (int i = 0; i < 5; ++i) {
        CHECK(run(command("async_client", {"--port", server.port(), "--samples", "10", "--requests",
                                           std::to_string(requests), "--trace", file.path()}))
                  .status == 0);
    }
    stop_and_expect_success(server);
    const auto events = trace_events(file);
    const auto begins = arrow_ends(events, "s");
    CHECK(begins.size() == 5 * requests);
    CHECK(std::set<std::string>(begins.begin(), begins.end()).size() == begins.size());
    CHECK(begins == arrow_ends(events, "f"));
}

TEST_CASE("trace: a file that cannot be written is an error before any work", "[trace]") {
    const auto* const program = GENERATE("server", "serial_client", "async_client");
    const auto end = run(command(program, {"--port", "1", "--trace", "/nowhere/trace.json"}));
    CHECK(end.status == 1);
    CHECK(end.out.empty());
    CHECK(end.err ==
          std::string{program} + ": cannot write /nowhere/trace.json: No such file or directory\n");
}

TEST_CASE("trace: a client that is interrupted leaves a file that can be read", "[trace]") {
    const temporary_file file;
    process client{command("async_client", {"--samples", "1e15", "--chunks", "1e9",
                                            "--time-allotment", "1000m", "--trace", file.path()})};
    CHECK(client.read_line() == "Beginning uniform_sum.");
    client.send_signal(SIGTERM);
    CHECK(client.wait().status == 128 + SIGTERM);
    CHECK(trace_events(file).size() == 1);
}

TEST_CASE("timeline: comes after the total time, and only when asked for", "[timeline]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto* const program = GENERATE("serial_client", "async_client");
    const options call{"--port", server.port(), "--samples", "1e6"};
    const auto plain = lines_of(run(command(program, call)).out);
    CHECK(plain.back().find("Total time elapsed: ") == 0);

    for (const auto* const option : {"--timeline", "--timeline=10s"}) {
        auto more = call;
        more.emplace_back(option);
        const auto end = run(command(program, more));
        CHECK(end.status == 0);
        const auto lines = lines_of(end.out);
        const auto total = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
            return line.find("Total time elapsed: ") == 0;
        });
        // It, a blank line, two rows, scale, legend, summary. On Windows, sentences of the summary
        // take two lines.
        const auto count = lines.end() - total;
        REQUIRE((are_windows_programs() ? count >= 10 && count <= 11 : count == 9));
        CHECK(total[1].empty());
        CHECK(total[2].find("uniform_sum ") == 0);
        CHECK(total[3].find("server_request ") == 0);
        CHECK(total[6].find("The thread computed for ") == 0);
    }
    CHECK(run(command(program, {"--timeline=soon"})).status == 2);
}

TEST_CASE("timeline: plain ASCII where the locale is not UTF-8", "[timeline]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto end =
        run(command("serial_client", {"--port", server.port(), "--samples", "1e6", "--timeline"}),
            [] { ::setenv("LC_ALL", "C", 1); });
    CHECK(std::all_of(end.out.begin(), end.out.end(), [](char c) { return c > 0; }));
    CHECK(end.out.find('#') != std::string::npos);
}

TEST_CASE("requests: of many, the first and last few are printed, and a count of the rest",
          "[programs]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const options call{"--port", server.port(), "--samples", "10", "--requests", "50"};
    auto polling = call;
    polling.insert(polling.end(),
                   {"--wait", GENERATE("poll", "ready", "completion"), "--time-allotment", "0"});
    const auto async = run(command("async_client", polling));
    CHECK(async.status == 0);
    CHECK(async.out.find("Beginning 44 more, not shown.\n") != std::string::npos);
    for (const auto* const number : {"1", "3", "48", "50"}) {
        CHECK(async.out.find("Done server_request " + std::string{number} + ".") !=
              std::string::npos);
    }
    CHECK(async.out.find("server_request 4.") == std::string::npos);
    CHECK(async.out.find("server_request 47.") == std::string::npos);

    const auto serial_end = run(command("serial_client", call));
    CHECK(serial_end.status == 0);
    CHECK(serial_end.err.empty());
    const auto serial = lines_of(serial_end.out);
    CHECK(std::count(serial.begin(), serial.end(), "Requesting 44 more, not shown.") == 1);
    CHECK(std::count(serial.begin(), serial.end(), "Requesting computation from server.") == 6);
}

TEST_CASE("quiet: results and times, and nothing else", "[programs]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto serial = run(command("serial_client", {"--port", server.port(), "--samples", "1e6",
                                                      "--requests", "12", "--quiet"}));
    for (const auto& line : lines_of(serial.out)) {
        CHECK(
            std::regex_search(line, std::regex{"^(Server returned|Computed total:|Total time) "}));
    }
    CHECK(lines_of(serial.out).size() == 6 + 1 + 1);

    options call{"--port", server.port(), "--samples", "1e6",    "--requests",
                 "100",    "--wait",      "poll",      "--quiet"};
    call.insert(call.end(), {"--time-allotment", "0"});
    const auto async = run(command("async_client", call));
    for (const auto& line : lines_of(async.out)) {
        CHECK(std::regex_search(line, std::regex{"^(====== Done .*|Total time .*\\.)$"}));
    }
    CHECK(lines_of(async.out).size() == 6 + 1 + 1);
    CHECK(async.status == 0);

    call.emplace_back("--timeline");
    const auto drawn = run(command("async_client", call)).out;
    CHECK(drawn.find("\nuniform_sum  ") != std::string::npos);
    CHECK(drawn.find("Resuming") == std::string::npos);
    CHECK(run(command("async_client", {"--quiet=yes"})).status == 2);
}

TEST_CASE("timeline: a reply that comes while the loop sleeps does not lie unnoticed",
          "[timeline]") {
    const server_process server{{"--port", "0", "--samples", "10", "--delay", "300ms"}};
    const auto* const wait = GENERATE("ready", "completion");
    // The sum has slices, and ends long before the reply.
    const auto end =
        run(command("async_client", {"--port", server.port(), "--samples", "1e6", "--wait", wait,
                                     "--time-allotment", "0", "--timeline"}));
    CAPTURE(end.out);
    CHECK(end.out.find(are_windows_programs() ? " No reply lay unnoticed, "
                                              : " No reply lay unnoticed.") != std::string::npos);
}

TEST_CASE("timeline: two programs on one core have a processor for a part of their time",
          "[timeline]") {
    const auto stay_on_one_core = [] {
        cpu_set_t allowed;
        ::sched_getaffinity(0, sizeof allowed, &allowed);
        std::size_t core = 0;
        while (!CPU_ISSET(core, &allowed)) {
            ++core;
        }
        cpu_set_t first;
        CPU_ZERO(&first);
        CPU_SET(core, &first);
        ::sched_setaffinity(0, sizeof first, &first);
    };
    process other{command("async_client", {"--samples", "1e15"}), stay_on_one_core};
    CHECK(other.read_line() == "Beginning uniform_sum.");

    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto end =
        run(command("async_client", {"--port", server.port(), "--samples", "1e9", "--timeline"}),
            stay_on_one_core);
    CAPTURE(end.out);
    std::smatch share;
    REQUIRE(std::regex_search(end.out, share, std::regex{R"(had a processor for (\d+) %)"}));
    CHECK(std::stoi(share[1]) > 0);
    CHECK(std::stoi(share[1]) < 90); // about 50
}

TEST_CASE("timeline and trace: a run that fails is shown up to the failure", "[timeline]") {
    const temporary_file file;
    const server_process server{{"--port", "0", "--samples", "10", "--delay", "1000m"}};
    const auto who = GENERATE(options{"serial_client"}, options{"async_client", "--wait", "poll"},
                              options{"async_client", "--wait", "ready"},
                              options{"async_client", "--wait", "completion"});
    options call{who.begin() + 1, who.end()};
    call.insert(call.end(), {"--port", server.port(), "--samples", "1e6", "--timeout", "200ms",
                             "--timeline", "--trace", file.path()});
    const auto end = run(command(who.front(), call), [] { ::setenv("LC_ALL", "C.UTF-8", 1); });
    CAPTURE(end.out);
    CHECK(end.status == 1);
    CHECK(lines_of(end.err).size() == 1);
    CHECK(end.out.find("Total time elapsed") == std::string::npos);
    CHECK(end.out.find("✗ failed") != std::string::npos);
    CHECK(end.out.find("The thread computed for ") != std::string::npos);

    int requests = 0;
    int failures = 0;
    for (const auto& event : trace_events(file)) {
        requests += event["ph"].text() == "X" && event["name"].text() == "server_request" ? 1 : 0;
        failures += event["ph"].text() == "i" && event["name"].text() == "failed" ? 1 : 0;
    }
    CHECK(requests == 1);
    CHECK(failures == 1);
}

TEST_CASE("trace: requests that the failure of another one leaves behind are unfinished",
          "[trace]") {
    const temporary_file file;
    const auto wait = GENERATE("poll", "ready", "completion");
    CHECK(run(command("async_client", {"--port", "1", "--samples", "1e6", "--requests", "3",
                                       "--wait", wait, "--trace", file.path()}))
              .status == 1);
    std::map<std::string, int> ends;
    for (const auto& event : trace_events(file)) {
        if (event["ph"].text() == "i") {
            ++ends[event["name"].text()];
        }
    }
    CHECK(ends["failed"] == 1);
    CHECK(ends["unfinished"] == 2);
}
