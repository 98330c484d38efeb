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
#include <asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
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
    CHECK_THAT(end.err, Catch::Matchers::Equals("4_deadline: Operation aborted.\n") ||
                            Catch::Matchers::Equals("4_deadline: Bad file descriptor\n"));
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

TEST_CASE("examples: without a server they fail, and say why", "[examples]") {
    asio::io_context loop{1};
    // Bound but not listening: the port is taken, and connections are refused.
    using asio::ip::tcp;
    const tcp::socket taken{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(taken.local_endpoint().port());
    const std::string name = GENERATE("3_request", "4_deadline", "5_both", "6_blocking");
    const auto end = run_example(name, {port});
    CHECK(end.status == 1);
    CHECK(end.err == name + ": Connection refused\n");
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
    CHECK(end.err == name + ": Message too long\n");
}

TEST_CASE("examples: each has at most 40 lines and begins with its lesson", "[examples]") {
    const auto files = sources();
    CHECK(files.size() == 6);
    for (const auto& file : files) {
        CAPTURE(file);
        const auto text = content(file);
        CHECK(lines_of(text).size() <= 40);
        CHECK(text.starts_with("// "));
    }
}

TEST_CASE("examples: each uses asio, fmt and common/random only", "[examples]") {
    const std::regex include{R"(#include (\S+))"};
    const std::regex allowed{R"re("common/random/\w+\.hpp"|<asio\.hpp>|<fmt/\w+\.h>|<\w+>)re"};
    for (const auto& file : sources()) {
        const auto text = content(file);
        for (std::sregex_iterator found{text.begin(), text.end(), include}, end; found != end;
             ++found) {
            CAPTURE(file, found->str(1));
            CHECK(std::regex_match(found->str(1), allowed));
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
