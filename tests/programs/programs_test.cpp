// The three real programs together: what they print, line by line, and how they exit.

#include "tests/catch.hpp"
#include "tests/process.hpp"
#include "tests/support.hpp"

#include <asio/buffer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <regex>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

using namespace netio::testing;

namespace {

using options = std::vector<std::string>;

/// The text with every duration replaced by DURATION, every sum by SUM and every
/// client's port by PEER, because these differ from run to run.
std::string without_figures(std::string text) {
    text = std::regex_replace(text, std::regex{R"(\d+\.\d\d(us|ms|s)\b)"}, "DURATION");
    text = std::regex_replace(text, std::regex{R"(-?\d+\.\d\d\b)"}, "SUM");
    return std::regex_replace(text, std::regex{R"(connection: 127\.0\.0\.1:\d+\.)"},
                              "connection: PEER.");
}

/// Windows takes a while to report that a connection has been made. So the number of looks for the
/// reply varies there.
std::string without_looks_on_windows(std::string transcript) {
    const std::string look = "Resuming server_request.\nPausing server_request.\n\n";
    for (auto at = transcript.find(look); are_windows_programs() && at != transcript.npos;
         at = transcript.find(look)) {
        transcript.erase(at, look.size());
    }
    return transcript;
}

/// "... total: 123.45 ..." or "Computed total: 123.45 ...": the sum of uniform draws.
std::string uniform_total(const std::string& transcript) {
    std::smatch found;
    const std::regex pattern{R"((Done uniform_sum\. total|Computed total): (\d+\.\d\d) )"};
    return std::regex_search(transcript, found, pattern) ? found[2].str() : "none";
}

outcome run_client(const std::string& program, const server_process& server, options more) {
    more.insert(more.end(), {"--port", server.port()});
    return run(command(program, std::move(more)));
}

/// Runs async_client against a server that does not answer before the sum is done
/// and the client has then printed @p last, so that the order of events is fixed.
std::string transcript_with_late_answer(options more,
                                        const std::string& last = "Pausing server_request.") {
    asio::io_context loop;
    auto acceptor = listen_anywhere(loop);
    more.insert(more.end(), {"--port", std::to_string(acceptor.local_endpoint().port())});
    process client{command("async_client", std::move(more))};

    std::string transcript;
    std::string line;
    // On Windows, the request may be connected so late that it does not print the last line.
    for (bool done = false; !done || (line != last && !are_windows_programs());) {
        line = client.read_line();
        transcript += line + "\n";
        done = done || line.find("Done uniform_sum") != line.npos;
    }
    auto socket = acceptor.accept();
    // MSG_MORE: number and end of stream arrive together, and wake the client once.
    socket.send(asio::buffer(std::string_view{"-2542.281"}), MSG_MORE);
    socket.close();

    const auto end = client.wait();
    CHECK(end.status == 0);
    CHECK(end.err.empty());
    return without_looks_on_windows(without_figures(transcript + end.out));
}

} // namespace

TEST_CASE("programs: the transcript of the serial client", "[programs]") {
    const server_process server{{"--port", "0", "--samples", "1000"}};
    const auto client = run_client("serial_client", server, {"--samples", "1000"});
    CHECK(client.status == 0);
    CHECK(client.err.empty());
    CHECK(without_figures(client.out) == "Requesting computation from server.\n"
                                         "Server returned SUM. Ran for: DURATION.\n"
                                         "Computed total: SUM in DURATION.\n"
                                         "Total time elapsed: DURATION.\n");
}

TEST_CASE("programs: the transcript of the server", "[programs]") {
    server_process server{{"--port", "0", "--samples", "1000"}};
    REQUIRE(run_client("serial_client", server, {"--samples", "1"}).status == 0);
    REQUIRE(run_client("async_client", server, {"--samples", "1"}).status == 0);
    server.send_signal(SIGTERM);
    const auto end = server.wait();
    CHECK(end.status == 0);
    CHECK(end.err.empty());
    CHECK(without_figures(end.out) == "Processing new connection: PEER.\n"
                                      "Done. Closing connection: PEER.\n\n"
                                      "Processing new connection: PEER.\n"
                                      "Done. Closing connection: PEER.\n\n");
}

TEST_CASE("programs: the server says where it listens", "[programs]") {
    process server{command("server", {"--port", "0", "--samples", "1"})};
    CHECK(
        std::regex_match(server.read_line(),
                         std::regex{R"(Server is running and listening on: 127\.0\.0\.1:\d+\.)"}));
    server.send_signal(SIGINT);
    CHECK(server.wait().status == 0);
}

TEST_CASE("programs: the transcript of the async client, polling", "[programs]") {
    const std::string expected = "Beginning uniform_sum.\n"
                                 "Pausing uniform_sum at: 249. time_elapsed: DURATION.\n\n"
                                 "Beginning server_request.\n"
                                 "Pausing server_request.\n\n"
                                 "Resuming uniform_sum.\n"
                                 "Pausing uniform_sum at: 499. time_elapsed: DURATION.\n\n"
                                 "Resuming server_request.\n"
                                 "Pausing server_request.\n\n"
                                 "Resuming uniform_sum.\n"
                                 "Pausing uniform_sum at: 749. time_elapsed: DURATION.\n\n"
                                 "Resuming server_request.\n"
                                 "Pausing server_request.\n\n"
                                 "Resuming uniform_sum.\n"
                                 "Pausing uniform_sum at: 999. time_elapsed: DURATION.\n\n"
                                 "Resuming server_request.\n"
                                 "Pausing server_request.\n\n"
                                 "Resuming uniform_sum.\n"
                                 "====== Done uniform_sum. total: SUM ======\n\n"
                                 "Resuming server_request.\n"
                                 "Pausing server_request.\n\n"
                                 "Resuming server_request.\n"
                                 "====== Done server_request. total: SUM. ======\n\n"
                                 "Total time elapsed: DURATION.\n";
    const auto transcript = transcript_with_late_answer(
        {"--samples", "1000", "--chunks", "4", "--time-allotment", "0"});
    CHECK(transcript == without_looks_on_windows(expected));
}

TEST_CASE("programs: the transcript of the async client, resumed by the loop", "[programs]") {
    const auto* const wait = GENERATE("ready", "completion");
    const std::string expected = "Beginning uniform_sum.\n"
                                 "Pausing uniform_sum at: 499. time_elapsed: DURATION.\n\n"
                                 "Beginning server_request.\n"
                                 "Pausing server_request.\n\n"
                                 "Resuming uniform_sum.\n"
                                 "Pausing uniform_sum at: 999. time_elapsed: DURATION.\n\n"
                                 "Resuming uniform_sum.\n"
                                 "====== Done uniform_sum. total: SUM ======\n\n"
                                 "Resuming server_request.\n"
                                 "====== Done server_request. total: SUM. ======\n\n"
                                 "Total time elapsed: DURATION.\n";
    const auto transcript = transcript_with_late_answer(
        {"--samples", "1000", "--chunks", "2", "--time-allotment", "0", "--wait", wait}, "");
    CHECK(transcript == without_looks_on_windows(expected));
}

TEST_CASE("programs: sample positions have thousands separators", "[programs]") {
    const auto transcript = transcript_with_late_answer(
        {"--samples", "1234567", "--chunks", "1", "--time-allotment", "0"});
    CHECK(transcript.find("Pausing uniform_sum at: 1,234,566. ") != std::string::npos);
}

TEST_CASE("programs: with fewer samples than chunks the clock is looked at after each",
          "[programs]") {
    const auto lines = lines_of(transcript_with_late_answer(
        {"--samples", "10", "--chunks", "20", "--time-allotment", "0"}));
    CHECK(std::count(lines.begin(), lines.end(), "Resuming uniform_sum.") == 10);
}

TEST_CASE("programs: chunks are rounded up, the last is what is left", "[programs]") {
    const auto transcript =
        transcript_with_late_answer({"--samples", "10", "--chunks", "4", "--time-allotment", "0"});
    for (const auto* const position : {" 2.", " 5.", " 8.", " 9."}) {
        CHECK(transcript.find(std::string{"Pausing uniform_sum at:"} + position) !=
              transcript.npos);
    }
    CHECK(transcript.find("Pausing uniform_sum at: 10.") == transcript.npos);
}

TEST_CASE("programs: a sum within its allotment is not paused", "[programs]") {
    const std::string expected = "Beginning uniform_sum.\n"
                                 "====== Done uniform_sum. total: SUM ======\n\n"
                                 "Beginning server_request.\n"
                                 "Pausing server_request.\n\n"
                                 "Resuming server_request.\n"
                                 "====== Done server_request. total: SUM. ======\n\n"
                                 "Total time elapsed: DURATION.\n";
    const auto transcript =
        transcript_with_late_answer({"--samples", "1000", "--time-allotment", "1000m"});
    CHECK(transcript == without_looks_on_windows(expected));
}

TEST_CASE("programs: several requests are numbered", "[programs]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto client =
        run_client("async_client", server, {"--samples", "10", "--requests", "3"}).out;
    for (const auto* const number : {"1", "2", "3"}) {
        CHECK(client.find(fmt::format("Beginning server_request {}.\n", number)) != client.npos);
        CHECK(client.find(fmt::format("Done server_request {}. total: ", number)) != client.npos);
    }
    const auto serial =
        lines_of(run_client("serial_client", server, {"--samples", "10", "--requests", "3"}).out);
    CHECK(std::count(serial.begin(), serial.end(), "Requesting computation from server.") == 3);
}

TEST_CASE("programs: the same seed gives the same total, however the sum is interleaved",
          "[programs]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto* const samples = GENERATE("0", "1", "39", "40", "41", "100003", "1e6");
    const options work{"--samples", samples, "--seed", "42"};
    const auto expected = uniform_total(run_client("serial_client", server, work).out);
    CAPTURE(samples, expected);
    CHECK(expected != "none");

    for (const auto* const chunks : {"1", "7", "40", "1e4"}) {
        for (const auto* const allotment : {"0", "20us", "1s"}) {
            auto more = work;
            const auto* const wait = allotment == std::string{"0"}    ? "poll"
                                     : allotment == std::string{"1s"} ? "ready"
                                                                      : "completion";
            more.insert(more.end(),
                        {"--chunks", chunks, "--time-allotment", allotment, "--wait", wait});
            CAPTURE(chunks, allotment);
            CHECK(uniform_total(run_client("async_client", server, more).out) == expected);
        }
    }
}

TEST_CASE("programs: another seed gives another total", "[programs]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto total = [&](const char* seed) {
        return uniform_total(
            run_client("serial_client", server, {"--samples", "1e6", "--seed", seed}).out);
    };
    CHECK(total("1") != total("2"));
}

TEST_CASE("programs: with a seed, the k-th connection gets its own reproducible answer",
          "[programs]") {
    const auto answers = [] {
        const server_process server{{"--port", "0", "--samples", "1000", "--seed", "7"}};
        const auto client =
            run_client("serial_client", server, {"--samples", "0", "--requests", "2"});
        std::vector<std::string> found;
        for (const auto& line : lines_of(client.out)) {
            if (line.find("Server returned") == 0) {
                found.push_back(line.substr(0, line.find(" Ran for")));
            }
        }
        return found;
    };
    const auto first = answers();
    REQUIRE(first.size() == 2);
    CHECK(first[0] != first[1]);
    CHECK(answers() == first);
}

TEST_CASE("programs: a wrong command line is exit status 2 and one line on stderr", "[programs]") {
    const auto* const program = GENERATE("server", "serial_client", "async_client");
    const auto wrong =
        GENERATE(options{"--port", "65536"}, options{"--samples", "1.5"}, options{"--seed", "x"},
                 options{"--kernel", "abacus"}, options{"--nonsense"}, options{"word"},
                 options{"--host"}, options{"--samples"});
    const auto end = run(command(program, wrong));
    CAPTURE(program, wrong.front(), end.err);
    CHECK(end.status == 2);
    CHECK(end.out.empty());
    CHECK(end.err.find(std::string{program} + ": ") == 0);
    CHECK(lines_of(end.err).size() == 1);
}

TEST_CASE("programs: each program's own options are checked", "[programs]") {
    using call = std::pair<const char*, options>;
    const auto wrong = GENERATE(
        call{"server", {"--threads", "0"}}, call{"server", {"--threads", "-1"}},
        call{"server", {"--threads", "1e6"}}, call{"server", {"--delay", "-1ms"}},
        call{"server", {"--delay", "1h"}}, call{"server", {"--max-connections", "0"}},
        call{"server", {"--timeout", "1s"}}, call{"serial_client", {"--port", "0"}},
        call{"serial_client", {"--requests", "0"}}, call{"serial_client", {"--timeout", "never"}},
        call{"serial_client", {"--chunks", "1"}}, call{"async_client", {"--chunks", "0"}},
        call{"async_client", {"--time-allotment", "x"}}, call{"async_client", {"--wait", "often"}},
        call{"async_client", {"--threads", "1"}});
    const auto end = run(command(wrong.first, wrong.second));
    CAPTURE(wrong.first, wrong.second.front(), end.err);
    CHECK(end.status == 2);
    CHECK(end.out.empty());
    CHECK(lines_of(end.err).size() == 1);
    CHECK(end.err.find(wrong.second.front()) != std::string::npos);
}

TEST_CASE("programs: an unknown option is answered with the nearest known option", "[programs]") {
    using call = std::pair<const char*, std::string>;
    const auto [given, answer] = GENERATE(
        call{"--sampels", ": did you mean --samples?"}, call{"--prot", ": did you mean --port?"},
        call{"--sead=7", ": did you mean --seed?"}, call{"--time-out", ": did you mean --timeout?"},
        call{"--nonsense", "."}, call{"-x", "."});
    const auto end = run(command("serial_client", {given, "1"}));
    CHECK(end.status == 2);
    CHECK(end.err ==
          std::string{"serial_client: unknown option "} + given + answer + " Try --help.\n");
}

TEST_CASE("programs: the help text fits into 80 columns", "[programs]") {
    const auto* const program = GENERATE("server", "serial_client", "async_client");
    for (const auto& line : lines_of(run(command(program, {"--help"})).out)) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
    }
}

TEST_CASE("programs: --help and --version succeed", "[programs]") {
    const auto* const program = GENERATE("server", "serial_client", "async_client");
    const auto help = run(command(program, {"--help"}));
    CHECK(help.status == 0);
    CHECK(help.err.empty());
    for (const auto* const option :
         {"--host", "--port", "--samples", "--seed", "8197", "--kernel", "baseline"}) {
        CAPTURE(program, option);
        CHECK(help.out.find(option) != std::string::npos);
    }
    const auto version = run(command(program, {"--version"}));
    CHECK(version.status == 0);
    CHECK(std::regex_match(version.out, std::regex{std::string{program} + R"( \d+\.\d+\.\d+\n)"}));
}
