#include "common/deadline.hpp"
#include "common/event_loop.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/detached.hpp>
#include <asio/this_coro.hpp>
#include <asio/write.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <vector>

using asio::ip::tcp;
using netio::testing::connected_pair;
using std::chrono::steady_clock;

namespace {

asio::awaitable<void> note_three_times(std::string& notes, char who) {
    for (int i = 0; i < 3; ++i) {
        notes.push_back(who);
        co_await netio::yield_to_event_loop();
    }
}

/// Whether a task has run after the given number of laps, if its socket became ready just before
/// them.
asio::awaitable<bool> ready_socket_has_run(int laps) {
    const auto executor = co_await asio::this_coro::executor;
    connected_pair ends{executor};
    const auto has_run = std::make_shared<bool>(false);
    ends.near.async_wait(tcp::socket::wait_read, [has_run](std::error_code) { *has_run = true; });
    asio::write(ends.far, asio::buffer("1", 1));
    co_await netio::yield_for_laps(laps);
    co_return *has_run;
}

/// Whether a wait that a deadline cancels has ended after the given number of laps.
asio::awaitable<bool> cancelled_wait_has_run(int laps) {
    const auto executor = co_await asio::this_coro::executor;
    connected_pair ends{executor};
    const netio::deadline passed{ends.near, steady_clock::now()};
    auto has_run = std::make_shared<bool>(false);
    ends.near.async_wait(tcp::socket::wait_read, [has_run](std::error_code) { *has_run = true; });
    co_await netio::yield_for_laps(laps);
    co_return *has_run;
}

/// How many tasks of 300 sockets that became ready just before have not run after the given
/// number of laps.
asio::awaitable<int> left_of_300(int laps) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::unique_ptr<connected_pair>> pairs;
    const auto left = std::make_shared<int>(300);
    while (pairs.size() < 300) {
        auto& ends = *pairs.emplace_back(std::make_unique<connected_pair>(executor));
        ends.near.async_wait(tcp::socket::wait_read, [left](std::error_code) { --*left; });
    }
    for (auto& ends : pairs) {
        asio::write(ends->far, asio::buffer("1", 1));
    }
    co_await netio::yield_for_laps(laps);
    co_return *left;
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
    CHECK(netio::testing::result_of(loop, ready_socket_has_run(1)));
}

TEST_CASE("yield_for_laps: 300 sockets that were ready have their turn first", "[event_loop]") {
    asio::io_context loop{1};
    CHECK(netio::testing::result_of(loop, left_of_300(2)) == 0);
}

TEST_CASE("yield_for_laps: an operation that a deadline cancels ends within two laps",
          "[event_loop]") {
    asio::io_context loop{1};
    CHECK_FALSE(netio::testing::result_of(loop, cancelled_wait_has_run(1)));
    CHECK(netio::testing::result_of(loop, cancelled_wait_has_run(2)));
}
