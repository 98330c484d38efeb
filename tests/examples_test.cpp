// The programs in examples/: what each prints, line by line, and how long its source is.

#include "common/random/random_sum.hpp"
#include "tests/catch.hpp"
#include "tests/process.hpp"
#include "tests/support.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <queue>
#include <regex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace netio::testing;

namespace {

using lines = std::vector<std::string>;

outcome run_example(const std::string& name, lines arguments = {}) {
    return run(command("examples/" + name, std::move(arguments)));
}

/// What the example printed, with NUMBER for the reply. It must have ended well.
lines transcript_of(const std::string& name, lines arguments = {}) {
    const auto end = run_example(name, std::move(arguments));
    CHECK(end.status == 0);
    CHECK(end.err.empty());
    const std::regex reply{R"(request: -?\d+(\.\d+)?(e[+-]\d+)?\n)"};
    return lines_of(std::regex_replace(end.out, reply, "request: NUMBER\n"));
}

bool is_of_sum(const std::string& line) {
    return line.starts_with("sum ");
}

lines lines_of_sum(const lines& transcript) {
    lines found;
    std::copy_if(transcript.begin(), transcript.end(), std::back_inserter(found), is_of_sum);
    return found;
}

/// The line that follows "request: waits".
std::string next_after_wait(const lines& transcript) {
    const auto wait = std::find(transcript.begin(), transcript.end(), "request: waits");
    return wait == transcript.end() || wait + 1 == transcript.end() ? "none" : *(wait + 1);
}

/// The lines that the sum must print.
lines expected_sums() {
    lines expected;
    netio::random_stream draws{1};
    for (int i = 1; i <= 4; ++i) {
        const auto total = netio::uniform_sum(100'000'000, draws);
        expected.push_back(fmt::format("sum {}: {:.2f}", i, total.value()));
    }
    return expected;
}

asio::awaitable<void> send_and_close(asio::ip::tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

/// Replies to three requests at a time, to the newest first. @p replies are in the order of the
/// requests.
asio::awaitable<void> reply_to_newest_first(asio::ip::tcp::acceptor acceptor, lines replies) {
    std::vector<std::pair<asio::ip::tcp::socket, std::string>> open;
    for (std::size_t accepted = 0; accepted < replies.size() || !open.empty();) {
        if (accepted < replies.size() && open.size() < 3) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            open.emplace_back(std::move(socket), replies[accepted++]);
        } else {
            auto& [socket, reply] = open.back();
            co_await asio::async_write(socket, asio::buffer(reply), asio::use_awaitable);
            open.pop_back();
        }
    }
}

/// Waits for three requests before it replies to the oldest, and counts the requests under way.
asio::awaitable<void> count_under_way(asio::ip::tcp::acceptor acceptor, std::size_t requests,
                                      std::size_t& most) {
    std::queue<asio::ip::tcp::socket> open;
    acceptor.non_blocking(true);
    for (std::size_t accepted = 0; accepted < requests || !open.empty();) {
        if (accepted < requests && open.size() < 3) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            open.push(std::move(socket));
            ++accepted;
            continue;
        }
        // A fourth request would be in the backlog.
        std::error_code none;
        acceptor.accept(none);
        most = std::max(most, open.size() + (none ? 0 : 1));
        co_await asio::async_write(open.front(), asio::buffer("1", 1), asio::use_awaitable);
        open.pop();
    }
}

std::vector<std::filesystem::path> sources() {
    std::vector<std::filesystem::path> found;
    for (const auto& file : std::filesystem::directory_iterator{NETIO_SOURCE_DIR "/examples"}) {
        if (file.path().extension() == ".cpp") {
            found.push_back(file.path());
        }
    }
    return found;
}

std::string content(const std::filesystem::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST_CASE("examples: a coroutine begins when the loop runs", "[examples]") {
    CHECK(transcript_of("1_one_coroutine") == lines{"main: greet is spawned", "greet: begins",
                                                    "greet: ends", "main: nothing is left to do"});
}

TEST_CASE("examples: two coroutines take turns with post, not with dispatch", "[examples]") {
    CHECK(transcript_of("2_taking_turns") ==
          lines{"With post:", "A: 1 of 3", "B: 1 of 3", "A: 2 of 3", "B: 2 of 3", "A: 3 of 3",
                "B: 3 of 3", "With dispatch:", "A: 1 of 3", "A: 2 of 3", "A: 3 of 3", "B: 1 of 3",
                "B: 2 of 3", "B: 3 of 3"});
}

TEST_CASE("examples: a request connects and reads to the end", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    CHECK(transcript_of("3_request", {server.port()}) ==
          lines{"main: runs the loop", "request: connects", "request: waits", "request: NUMBER"});
}

TEST_CASE("examples: a reply in time makes the deadline unnecessary", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto ten_minutes = "600000";
    CHECK(transcript_of("4_deadline", {server.port(), ten_minutes}) ==
          lines{"request: NUMBER", "deadline: not needed"});
}

TEST_CASE("examples: the deadline ends a request whose reply is late", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10", "--delay", "10m"}};
    const auto* const milliseconds = GENERATE("0", "1", "20"); // while connecting, or while reading
    const auto end = run_example("4_deadline", {server.port(), milliseconds});
    CHECK(end.status == 1);
    CHECK(end.out == "deadline: time is up\n");
    // The second is the error of a step that begins after the socket has been closed.
    CAPTURE(end.err);
    CHECK((is_error_line(end.err, "4_deadline", "Operation aborted.") ||
           is_error_line(end.err, "4_deadline", "Bad file descriptor")));
}

TEST_CASE("examples: the sum runs while the request waits", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto transcript = transcript_of("5_both", {server.port()});
    const auto sums = expected_sums();
    CAPTURE(transcript);
    CHECK(transcript.size() == sums.size() + 2);
    CHECK(lines_of_sum(transcript) == sums);
    CHECK(transcript.back() != "request: waits");
    CHECK(std::count(transcript.begin(), transcript.end(), "request: NUMBER") == 1);
    // Even a reply that has arrived queues behind the sum's next slice, unless the connection
    // was made only after the last slice.
    const auto last = std::find(transcript.begin(), transcript.end(), sums.back());
    CHECK((is_of_sum(next_after_wait(transcript)) ||
           std::find(last, transcript.end(), "request: waits") != transcript.end()));
}

TEST_CASE("examples: a blocking call lets no slice of the sum run before the reply", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10", "--delay", "100ms"}};
    const auto transcript = transcript_of("6_blocking", {server.port()});
    const auto sums = expected_sums();
    CAPTURE(transcript);
    CHECK(transcript.size() == sums.size() + 2);
    CHECK(lines_of_sum(transcript) == sums);
    CHECK(next_after_wait(transcript) == "request: NUMBER");
}

TEST_CASE("examples: a loop by hand lets two tasks take turns", "[examples]") {
    CHECK(transcript_of("0_by_hand") == lines{"main: runs the loop", "A: 1 of 3", "B: 1 of 3",
                                              "A: 2 of 3", "B: 2 of 3", "A: 3 of 3", "B: 3 of 3",
                                              "main: nothing is left to do"});
}

TEST_CASE("examples: fan-out prints the results in order, and a failure in its place",
          "[examples]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto port = std::to_string(acceptor.local_endpoint().port());
    process example{command("examples/7_fan_out", {port, "5"})};
    const std::string too_long(256, '1');
    asio::co_spawn(loop,
                   reply_to_newest_first(std::move(acceptor), {"10", too_long, "30", "40", "50"}),
                   asio::detached);
    const auto end = wait_while_serving(loop, example);
    CHECK(end.status == 0);
    CHECK(end.err.empty());
    auto printed = lines_of(end.out);
    if (are_windows_programs() && printed.size() > 1 && printed[1].starts_with("failed: ")) {
        printed[1] = "failed: Message too long"; // Windows has a message of its own
    }
    CHECK(printed == lines{"10", "failed: Message too long", "30", "40", "50"});
}

TEST_CASE("examples: fan-out has three requests under way, and no more", "[examples]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto port = std::to_string(acceptor.local_endpoint().port());
    process example{command("examples/7_fan_out", {port, "20"})};
    std::size_t most = 0;
    asio::co_spawn(loop, count_under_way(std::move(acceptor), 20, most), asio::detached);
    const auto end = wait_while_serving(loop, example);
    CHECK(end.status == 0);
    CHECK(lines_of(end.out) == lines(20, "1"));
    CHECK(most == 3);
}

TEST_CASE("examples: fan-out asks the server ten times", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto transcript = transcript_of("7_fan_out", {server.port()});
    CHECK(transcript.size() == 10);
    for (const auto& line : transcript) {
        CHECK_THAT(line, !Catch::Matchers::StartsWith("failed"));
    }
}

#if ASIO_VERSION >= 103100
TEST_CASE("examples: the modern request prints its reply", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto ten_minutes = "600000";
    CHECK(transcript_of("9_modern", {server.port(), ten_minutes}) == lines{"request: NUMBER"});
}

TEST_CASE("examples: the modern request ends at its limit", "[examples]") {
    const server_process server{{"--port", "0", "--samples", "10", "--delay", "10m"}};
    const auto* const milliseconds = GENERATE("0", "1", "20"); // while connecting, or while reading
    const auto end = run_example("9_modern", {server.port(), milliseconds});
    CHECK(end.out + end.err ==
          (end.status == 0 ? "request: time is up\n" : "9_modern: Operation aborted.\n"));
}

TEST_CASE("examples: the modern request says why it has no reply", "[examples]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto port = std::to_string(acceptor.local_endpoint().port());
    process example{command("examples/9_modern", {port, "600000"})};
    asio::co_spawn(loop, send_and_close(std::move(acceptor), std::string(256, '1')),
                   asio::detached);
    const auto end = wait_while_serving(loop, example);
    CHECK(end.status == 0);
    CHECK(end.out == "request: failed: Message too long\n");
}
#endif

TEST_CASE("examples: without a server they fail, and say why", "[examples]") {
    asio::io_context loop{1};
    // Bound but not listening: the port is taken, and connections are refused.
    using asio::ip::tcp;
    const tcp::socket taken{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(taken.local_endpoint().port());
    const std::string name =
        GENERATE("3_request", "4_deadline", "5_both", "6_blocking", "8_framed_client");
    const auto end = run_example(name, {port});
    CHECK(end.status == 1);
    CHECK(is_error_line(end.err, name, "Connection refused"));
}

TEST_CASE("examples: a reply that is too long is refused", "[examples]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto port = std::to_string(acceptor.local_endpoint().port());
    const std::string name = GENERATE("3_request", "4_deadline", "5_both", "6_blocking");
    // Ten minutes for 4_deadline; the others ignore the second argument.
    process example{command("examples/" + name, {port, "600000"})};
    asio::co_spawn(loop, send_and_close(std::move(acceptor), std::string(256, '1')),
                   asio::detached);
    const auto end = wait_while_serving(loop, example);
    CHECK(end.status == 1);
    CHECK(is_error_line(end.err, name, "Message too long"));
}

TEST_CASE("examples: each is short and begins with its lesson", "[examples]") {
    const std::map<std::string, std::size_t> longer{{"0_by_hand.cpp", 80},
                                                    {"8_framed_server.cpp", 70},
                                                    {"8_framed_client.cpp", 30}}; // 100 together
    const auto files = sources();
    CHECK(files.size() == 11);
    for (const auto& file : files) {
        CAPTURE(file);
        const auto text = content(file);
        const auto limit = longer.find(file.filename().string());
        CHECK(lines_of(text).size() <= (limit == longer.end() ? 40 : limit->second));
        CHECK(text.starts_with("// "));
    }
}

TEST_CASE("examples: each uses asio, fmt and common/random only", "[examples]") {
    const std::regex include{R"(#include (\S+))"};
    const std::regex standard{R"(<\w+>)"};
    const std::regex allowed{
        R"re("common/random/\w+\.hpp"|<asio(/experimental/\w+)?\.hpp>|<fmt/\w+\.h>|<\w+>)re"};
    for (const auto& file : sources()) {
        const auto text = content(file);
        const auto& pattern = file.filename() == "0_by_hand.cpp" ? standard : allowed;
        for (std::sregex_iterator found{text.begin(), text.end(), include}, end; found != end;
             ++found) {
            CAPTURE(file, found->str(1));
            CHECK(std::regex_match(found->str(1), pattern));
        }
    }
}

TEST_CASE("examples: how-it-works.md shows what 5_both prints", "[examples]") {
    const auto page = content(NETIO_SOURCE_DIR "/docs/how-it-works.md");
    const auto sums = expected_sums();
    CHECK(page.find(sums[0] + '\n' + sums[1] + "\nrequest: waits\n" + sums[2] + '\n' + sums[3] +
                    "\nrequest: ") != std::string::npos);
}

TEST_CASE("examples: the README has a line for each", "[examples]") {
    const auto page = content(NETIO_SOURCE_DIR "/examples/README.md");
    for (const auto& file : sources()) {
        const auto name = file.filename().string();
        CAPTURE(name);
        CHECK(page.find("(" + name + ")") != std::string::npos);
    }
}
