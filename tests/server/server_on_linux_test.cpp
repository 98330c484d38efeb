// The server, run in this process, where the test needs Linux.

#include "server/server.hpp"
#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/server/start.hpp"
#include "tests/server_support.hpp"

#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using asio::ip::tcp;
using netio::testing::ask;
using netio::testing::expected_reply;
using netio::testing::quick_options;
using netio::testing::result_of;
using netio::testing::results_of;
using netio::testing::start;

namespace {

/// How many more calls of accept() must fail, and how many calls there were.
struct {
    int error = 0;
    int failures = 0;
    int calls = 0;
} accepting;

} // namespace

// Replaces the system's function in this program. Fails when told to.
extern "C" int accept(int listening, sockaddr* peer, socklen_t* size) {
    ++accepting.calls;
    if (accepting.failures > 0) {
        --accepting.failures;
        errno = accepting.error;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_accept4, listening, peer, size, 0));
}

TEST_CASE("server: can be destroyed while it computes", "[server]") {
    asio::io_context loop{1};
    auto options = quick_options();
    options.samples = 1'000'000'000'000'000; // days
    tcp::socket running{loop};
    tcp::socket queued{loop};
    {
        const auto server = start(loop, options);
        running.connect(server->endpoints().front());
        queued.connect(server->endpoints().front());
        while (loop.poll() > 0) {
        }
        netio::testing::wait_until_computing(::getpid());
    }
    SUCCEED("its destructor came back");
}

TEST_CASE("server: survives connections that are aborted before they are accepted", "[server]") {
    asio::io_context loop{1};
    const auto server = start(loop, quick_options());
    loop.poll(); // it waits to be told of connections, and will be, once
    tcp::socket first{loop};
    tcp::socket second{loop};
    first.connect(server->endpoints().front());
    second.connect(server->endpoints().front());
    accepting = {GENERATE(ECONNABORTED, EPROTO), 1};

    std::vector<asio::awaitable<std::string>> replies;
    replies.push_back(netio::testing::read_to_end(std::move(first)));
    replies.push_back(netio::testing::read_to_end(std::move(second)));
    CHECK(netio::testing::count_replies(results_of(loop, std::move(replies))) == 2);
    CHECK(accepting.failures == 0);
}

TEST_CASE("server: survives running out of memory for connections", "[server]") {
    accepting = {GENERATE(ENOBUFS, ENOMEM, ENFILE), 1};
    asio::io_context loop{1};
    const auto server = start(loop, quick_options());
    CHECK(result_of(loop, ask(server->endpoints().front())) == expected_reply(1000, 1));
    CHECK(accepting.failures == 0);
}

TEST_CASE("server: does not try again and again while it cannot accept", "[server]") {
    accepting = {EMFILE, 1'000'000};
    asio::io_context loop{1};
    const auto server = start(loop, quick_options());
    tcp::socket waiting{loop};
    waiting.connect(server->endpoints().front());
    loop.run_for(std::chrono::milliseconds{350});
    CHECK(accepting.calls >= 1);
    CHECK(accepting.calls <= 5); // one for each 100 ms

    accepting = {};
    CHECK(result_of(loop, netio::testing::read_to_end(std::move(waiting))) ==
          expected_reply(1000, 1));
}
