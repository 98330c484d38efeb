#include "common/deadline.hpp"
#include "common/event_loop.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/read.hpp>
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

using yield_function = asio::awaitable<void> (*)();

asio::awaitable<void> note_three_times(std::string& notes, char who, yield_function yield) {
    for (int i = 0; i < 3; ++i) {
        notes.push_back(who);
        co_await yield();
    }
}

/// Whether a task whose socket became ready just before has run.
asio::awaitable<bool> ready_socket_has_run() {
    const auto executor = co_await asio::this_coro::executor;
    connected_pair ends{executor};
    const auto has_run = std::make_shared<bool>(false);
    ends.here.async_wait(tcp::socket::wait_read, [has_run](std::error_code) { *has_run = true; });
    asio::write(ends.there, asio::buffer("1", 1));
    co_await netio::let_others_run();
    co_return *has_run;
}

/// Whether a wait that a deadline cancels has ended.
asio::awaitable<bool> cancelled_wait_has_run() {
    const auto executor = co_await asio::this_coro::executor;
    connected_pair ends{executor};
    const netio::deadline passed{ends.here, steady_clock::now()};
    auto has_run = std::make_shared<bool>(false);
    ends.here.async_wait(tcp::socket::wait_read, [has_run](std::error_code) { *has_run = true; });
    co_await netio::let_others_run();
    co_return *has_run;
}

/// Whether a read to the end of the stream has ended, if the bytes and the end came just before.
asio::awaitable<bool> reply_has_been_read() {
    const auto executor = co_await asio::this_coro::executor;
    connected_pair ends{executor};
    const auto reply = std::make_shared<std::string>();
    const auto has_run = std::make_shared<bool>(false);
    asio::async_read(ends.here, asio::dynamic_buffer(*reply),
                     [reply, has_run](std::error_code, std::size_t) { *has_run = true; });
    co_await netio::yield_to_event_loop(); // the read is pending
    asio::write(ends.there, asio::buffer("1", 1));
    ends.there.close();
    co_await netio::let_others_run();
    co_return *has_run;
}

/// How many tasks of 200 sockets that became ready just before have not run.
asio::awaitable<int> left_of_200() {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::unique_ptr<connected_pair>> pairs;
    const auto left = std::make_shared<int>(200);
    while (pairs.size() < 200) {
        auto& ends = *pairs.emplace_back(std::make_unique<connected_pair>(executor));
        ends.here.async_wait(tcp::socket::wait_read, [left](std::error_code) { --*left; });
    }
    for (auto& ends : pairs) {
        asio::write(ends->there, asio::buffer("1", 1));
    }
    co_await netio::let_others_run();
    co_return *left;
}

/// How many of 200 replies, whose bytes and ends came just before, have not been read to the end.
asio::awaitable<int> unread_of_200() {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::unique_ptr<connected_pair>> pairs;
    const auto replies = std::make_shared<std::vector<std::string>>(200);
    const auto left = std::make_shared<int>(200);
    while (pairs.size() < replies->size()) {
        auto& ends = *pairs.emplace_back(std::make_unique<connected_pair>(executor));
        asio::async_read(ends.here, asio::dynamic_buffer(replies->at(pairs.size() - 1)),
                         [replies, left](std::error_code, std::size_t) { --*left; });
    }
    co_await netio::yield_to_event_loop(); // the reads are pending
    for (auto& ends : pairs) {
        asio::write(ends->there, asio::buffer("1", 1));
        ends->there.close();
    }
    co_await netio::let_others_run(replies->size());
    co_return *left;
}

} // namespace

TEST_CASE("yield_to_event_loop: coroutines that yield take turns", "[event_loop]") {
    asio::io_context loop{1};
    std::string notes;
    asio::co_spawn(loop, note_three_times(notes, 'a', netio::yield_to_event_loop), asio::detached);
    asio::co_spawn(loop, note_three_times(notes, 'b', netio::yield_to_event_loop), asio::detached);
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

// Not with Windows' IOCP, which may take a while to report that a socket is ready or a timer has
// expired.
TEST_CASE("let_others_run: a socket that was ready before has its turn first",
          "[event_loop][reactor]") {
    asio::io_context loop{1};
    CHECK(netio::testing::result_of(loop, ready_socket_has_run()));
}

TEST_CASE("let_others_run: 200 sockets that were ready have their turn first",
          "[event_loop][reactor]") { // see above
    asio::io_context loop{1};
    CHECK(netio::testing::result_of(loop, left_of_200()) == 0);
}

TEST_CASE("let_others_run: 200 replies are read to their ends first", "[event_loop][reactor]") {
    asio::io_context loop{1};
    CHECK(netio::testing::result_of(loop, unread_of_200()) == 0);
}

TEST_CASE("let_others_run: a reply is read to its end first, or a deadline cancels first",
          "[event_loop][reactor]") { // see above
    asio::io_context loop{1};
    CHECK(netio::testing::result_of(loop, cancelled_wait_has_run()));
    CHECK(netio::testing::result_of(loop, reply_has_been_read()));
}

TEST_CASE("let_others_run: tasks that await it take turns", "[event_loop]") {
    asio::io_context loop{1};
    std::string notes;
    const yield_function yield = [] {
        return netio::let_others_run();
    };
    asio::co_spawn(loop, note_three_times(notes, 'a', yield), asio::detached);
    asio::co_spawn(loop, note_three_times(notes, 'b', yield), asio::detached);
    netio::testing::run_to_end(loop);
    CHECK(notes == "ababab");
}
