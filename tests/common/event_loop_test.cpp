#include "common/deadline.hpp"
#include "common/event_loop.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/detached.hpp>
#include <asio/write.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <vector>

using asio::ip::tcp;
using std::chrono::steady_clock;

namespace {

asio::awaitable<void> note_three_times(std::string& notes, char who) {
    for (int i = 0; i < 3; ++i) {
        notes.push_back(who);
        co_await netio::yield_to_event_loop();
    }
}

/// Two ends of one connection.
struct connection {
    explicit connection(asio::io_context& loop)
        : near{loop}
        , far{loop} {
        auto acceptor = netio::testing::listen_anywhere(loop);
        near.connect(acceptor.local_endpoint());
        far = acceptor.accept();
    }
    tcp::socket near;
    tcp::socket far;
};

/// Whether something else has run when so many laps are over.
asio::awaitable<bool> runs_before_lap_ends(int laps, const bool& has_run) {
    co_await netio::yield_for_laps(laps);
    co_return has_run;
}

} // namespace

TEST_CASE("yield_to_event_loop: coroutines that yield take turns", "[event_loop]") {
    asio::io_context loop{1};
    std::string notes;
    asio::co_spawn(loop, note_three_times(notes, 'a'), asio::detached);
    asio::co_spawn(loop, note_three_times(notes, 'b'), asio::detached);
    netio::testing::run_to_end(loop);
    CHECK(notes == "ababab");
}

TEST_CASE("yield_to_event_loop: a million turns do not grow the stack", "[event_loop]") {
    asio::io_context loop{1};
    const auto many = []() -> asio::awaitable<int> {
        for (int i = 0; i < 1'000'000; ++i) {
            co_await netio::yield_to_event_loop();
        }
        co_return 1;
    };
    CHECK(netio::testing::result_of(loop, many()) == 1);
}

TEST_CASE("yield_for_laps: a socket that was ready before has its turn first", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    asio::write(ends.far, asio::buffer("1", 1));
    ends.near.wait(tcp::socket::wait_read);
    bool has_run = false;
    ends.near.async_wait(tcp::socket::wait_read, [&](std::error_code) { has_run = true; });
    CHECK(netio::testing::result_of(loop, runs_before_lap_ends(1, has_run)));
}

TEST_CASE("yield_for_laps: so has one of 300", "[event_loop]") {
    asio::io_context loop{1};
    std::vector<std::unique_ptr<connection>> connections;
    int running = 0;
    while (running < 300) { // more than the loop takes in at a time
        auto& ends = *connections.emplace_back(std::make_unique<connection>(loop));
        asio::write(ends.far, asio::buffer("1", 1));
        ends.near.async_wait(tcp::socket::wait_read, [&](std::error_code) { --running; });
        ++running;
    }
    const auto left = [&running]() -> asio::awaitable<int> {
        co_await netio::yield_for_laps(2);
        co_return running;
    };
    CHECK(netio::testing::result_of(loop, left()) == 0);
}

TEST_CASE("yield_for_laps: two are enough for what a deadline cancels", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    const netio::deadline passed{ends.near, steady_clock::now()};
    bool has_run = false;
    ends.near.async_wait(tcp::socket::wait_read, [&](std::error_code) { has_run = true; });
    CHECK(netio::testing::result_of(loop, runs_before_lap_ends(2, has_run)));
}
