#include "server/server.hpp"
#include "tests/catch.hpp"
#include "tests/server/start.hpp"
#include "tests/server_support.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

using asio::ip::tcp;
using netio::testing::ask;
using netio::testing::expected_reply;
using netio::testing::quick_options;
using netio::testing::result_of;
using netio::testing::start;
using namespace std::chrono_literals;

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

TEST_CASE("server: can be destroyed with clients unanswered", "[server]") {
    asio::io_context loop{1};
    auto options = quick_options();
    options.samples = 1'000'000'000'000'000; // days
    tcp::socket running{loop};
    tcp::socket queued{loop};
    {
        const auto server = start(loop, options);
        running.connect(server->endpoints().front());
        queued.connect(server->endpoints().front());
        while (server->unanswered() < 2 && loop.run_one_for(netio::testing::patience) > 0) {
        }
        CHECK(server->unanswered() == 2);
    }
    SUCCEED("its destructor came back");
}
