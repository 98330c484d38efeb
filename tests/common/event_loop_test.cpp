#include "common/event_loop.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/detached.hpp>
#include <asio/write.hpp>

#include <optional>
#include <string>
#include <utility>

using asio::ip::tcp;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

asio::awaitable<void> note_three_times(std::string& notes, char who) {
    for (int i = 0; i < 3; ++i) {
        notes.push_back(who);
        co_await netio::yield_to_event_loop();
    }
}

/// Counts the laps of the loop until @p done.
asio::awaitable<int> count_laps(const std::optional<bool>& done) {
    int laps = 0;
    while (!done) {
        co_await netio::yield_to_event_loop();
        ++laps;
    }
    co_return laps;
}

asio::awaitable<void> wait_and_tell(tcp::socket& socket, steady_clock::time_point deadline,
                                    std::optional<bool>& outcome) {
    auto wait = netio::wait_until(socket, tcp::socket::wait_read, deadline);
    outcome = co_await std::move(wait);
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

TEST_CASE("wait_until: true when the socket is readable", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    asio::write(ends.far, asio::buffer("1", 1));
    CHECK(netio::testing::result_of(
        loop, netio::wait_until(ends.near, tcp::socket::wait_read, steady_clock::now() + 1h)));
}

TEST_CASE("wait_until: a ready socket has its turn on the next lap", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    asio::write(ends.far, asio::buffer("1", 1));
    ends.near.wait(tcp::socket::wait_read);
    std::optional<bool> done;
    asio::co_spawn(loop, wait_and_tell(ends.near, steady_clock::now() + 1h, done), asio::detached);
    // A lap may take a whole time allotment: each one more is so much later.
    CHECK(netio::testing::result_of(loop, count_laps(done)) <= 1);
}

TEST_CASE("yield_to_whoever_is_ready: they have had their turn then", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    const bool is_late = GENERATE(false, true);
    auto deadline = steady_clock::now() + 1h;
    if (is_late) {
        deadline = steady_clock::now();
    } else {
        asio::write(ends.far, asio::buffer("1", 1));
        ends.near.wait(tcp::socket::wait_read);
    }
    std::optional<bool> is_readable;
    asio::co_spawn(loop, wait_and_tell(ends.near, deadline, is_readable), asio::detached);
    const auto has_run = [&is_readable]() -> asio::awaitable<bool> {
        co_await netio::yield_to_whoever_is_ready();
        co_return is_readable.has_value();
    };
    CHECK(netio::testing::result_of(loop, has_run()));
    CHECK(is_readable == !is_late);
}

TEST_CASE("wait_until: false at the deadline, and not before", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    const auto deadline = steady_clock::now() + 20ms;
    CHECK_FALSE(netio::testing::result_of(
        loop, netio::wait_until(ends.near, tcp::socket::wait_read, deadline)));
    CHECK(steady_clock::now() >= deadline);
}

TEST_CASE("wait_until: false when the wait is cancelled", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    asio::post(loop, [&] { asio::post(loop, [&] { ends.near.cancel(); }); });
    CHECK_FALSE(netio::testing::result_of(
        loop, netio::wait_until(ends.near, tcp::socket::wait_read, steady_clock::now() + 1h)));
}

TEST_CASE("take_pending_error: tells a reset from a shut-down sending side", "[event_loop]") {
    asio::io_context loop{1};
    connection ends{loop};
    ends.far.shutdown(tcp::socket::shutdown_send);
    ends.near.wait(tcp::socket::wait_read);
    CHECK_FALSE(netio::take_pending_error(ends.near));

    ends.far.set_option(tcp::socket::linger(true, 0)); // close() resets the connection
    ends.far.close();
    ends.near.wait(tcp::socket::wait_error);
    CHECK(netio::take_pending_error(ends.near));
}
