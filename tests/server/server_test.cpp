#include "server/server.hpp"
#include "tests/catch.hpp"
#include "tests/server_support.hpp"

#include <asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using asio::ip::tcp;
using netio::testing::ask;
using netio::testing::expected_reply;
using netio::testing::result_of;
using netio::testing::results_of;
using namespace std::chrono_literals;

namespace {

/// How many more calls of accept() must fail, and how many calls there were.
struct {
    int error = 0;
    int failures = 0;
    int calls = 0;
} accepting;

netio::server_options quick_options() {
    netio::server_options options;
    options.address.port = 0;
    options.threads = 1;
    options.samples = 1000;
    options.seed = 1;
    return options;
}

/// A server whose run() is spawned on the loop.
std::unique_ptr<netio::server> start(asio::io_context& loop, const netio::server_options& options) {
    auto server = std::make_unique<netio::server>(loop, options);
    asio::co_spawn(loop, server->run(), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
    return server;
}

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

TEST_CASE("server: answers with the sum, and closes", "[server]") {
    // Few are summed on the loop's thread, many on a computing thread.
    const std::uint64_t samples = GENERATE(0U, 1U, 100'000U);
    asio::io_context loop{1};
    auto options = quick_options();
    options.samples = samples;
    const auto server = start(loop, options);
    CHECK(result_of(loop, ask(server->endpoints().front())) == expected_reply(samples, 1));
}

TEST_CASE("server: each connection gets its own stream of the seed", "[server]") {
    asio::io_context loop{1};
    const auto server = start(loop, quick_options());
    for (std::uint64_t k = 0; k < 3; ++k) {
        CHECK(result_of(loop, ask(server->endpoints().front())) == expected_reply(1000, 1, k));
    }
    CHECK(expected_reply(1000, 1, 0) != expected_reply(1000, 1, 1));
}

TEST_CASE("server: listens on IPv6 too", "[server]") {
    asio::io_context loop{1};
    auto options = quick_options();
    options.address.host = "::1";
    if (!netio::testing::has_ipv6()) {
        WARN("not tested, as there is no IPv6 here");
        return;
    }
    const auto server = start(loop, options);
    CHECK(result_of(loop, ask(server->endpoints().front())) == expected_reply(1000, 1));
}

TEST_CASE("server: once stopped, the loop has nothing left to do", "[server]") {
    asio::io_context loop{1};
    const auto server = start(loop, quick_options());
    const auto endpoint = server->endpoints().front();
    SECTION("before any client") {}
    SECTION("after one") {
        CHECK(result_of(loop, ask(endpoint)) == expected_reply(1000, 1));
    }
    server->stop();
    netio::testing::run_to_end(loop);
    CHECK_THROWS_WITH(result_of(loop, ask(endpoint)),
                      Catch::Matchers::StartsWith("Connection refused"));
}

#ifdef NETIO_USES_EPOLL // otherwise, the connection is accepted in a later iteration
TEST_CASE("server: a connection that is accepted in the same turn as stop() is counted and hurried",
          "[server]") {
    // It has its reply and does not close: within 100 ms if it is hurried, otherwise 1 s.
    // The quickest of several: one alone may be slow because the machine is busy.
    auto quickest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 10 && quickest > 600ms; ++i) {
        asio::io_context loop{1};
        auto options = quick_options();
        options.delay = 50ms;
        const auto server = start(loop, options);
        tcp::socket silent{loop};
        silent.connect(server->endpoints().front());
        loop.poll_one(); // run() begins, and accepts the connection; its handler is queued
        REQUIRE_FALSE(server->has_connections());
        server->stop();
        loop.poll();
        CHECK(server->unanswered() == 1);
        const netio::testing::stopwatch watch;
        netio::testing::run_to_end(loop);
        quickest = std::min(quickest, watch.elapsed());
        CHECK(silent.available() == expected_reply(1000, 1).size());
    }
    CHECK(quickest <= 600ms);
}
#endif

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
