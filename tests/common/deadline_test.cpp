#include "common/deadline.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <memory>
#include <optional>
#include <string>
#include <system_error>

using asio::ip::tcp;
using netio::deadline;
using netio::testing::connected_pair;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST_CASE("deadline: cancels a pending operation, but not early", "[deadline]") {
    asio::io_context loop{1};
    connected_pair ends{loop.get_executor()};
    const auto at = steady_clock::now() + 20ms;
    std::optional<deadline> limit{std::in_place, ends.here, at};
    std::error_code end;
    ends.here.async_wait(tcp::socket::wait_read, [&](std::error_code error) {
        end = error;
        limit.reset();
    });
    netio::testing::run_to_end(loop);
    CHECK(end == asio::error::operation_aborted);
    CHECK(steady_clock::now() >= at);
}

TEST_CASE("deadline: an operation begun after the deadline is cancelled, too", "[deadline]") {
    asio::io_context loop{1};
    connected_pair ends{loop.get_executor()};
    std::optional<deadline> limit{std::in_place, ends.here, steady_clock::now()};
    for (int i = 0; i < 10; ++i) {
        loop.poll_one();
    }
    std::error_code end;
    ends.here.async_wait(tcp::socket::wait_read, [&](std::error_code error) {
        end = error;
        limit.reset();
    });
    netio::testing::run_to_end(loop);
    CHECK(end == asio::error::operation_aborted);
}

TEST_CASE("deadline: what has come in time is read", "[deadline]") {
    asio::io_context loop{1};
    connected_pair ends{loop.get_executor()};
    asio::write(ends.there, asio::buffer("1.5", 3));
    ends.there.close();
    ends.here.wait(tcp::socket::wait_read);
    std::optional<deadline> limit{std::in_place, ends.here, steady_clock::now()};
    std::string text;
    asio::async_read(ends.here, asio::dynamic_buffer(text),
                     [&](std::error_code, std::size_t) { limit.reset(); });
    netio::testing::run_to_end(loop);
    CHECK(text == "1.5");
}

TEST_CASE("deadline: once destroyed, leaves the socket alone", "[deadline]") {
    asio::io_context loop{1};
    connected_pair ends{loop.get_executor()};
    {
        const deadline gone{ends.here, steady_clock::now() + 1ms};
        const deadline expired{ends.here, steady_clock::now()};
    }
    std::error_code end;
    ends.here.async_wait(tcp::socket::wait_read, [&](std::error_code error) { end = error; });
    loop.run_for(20ms);
    CHECK_FALSE(loop.stopped());
    ends.there.close();
    netio::testing::run_to_end(loop);
    CHECK_FALSE(end);
}

TEST_CASE("deadline: may be destroyed with its socket when its handler is already queued",
          "[deadline]") {
    asio::io_context loop{1};
    auto ends = std::make_unique<connected_pair>(loop.get_executor());
    const auto now = steady_clock::now();
    std::optional<deadline> limit;
    asio::steady_timer earlier{loop, now - 1ms}; // reported together with the deadline, before it
    earlier.async_wait([&](std::error_code) {
        limit.reset();
        ends.reset();
    });
    limit.emplace(ends->here, now);
    netio::testing::run_to_end(loop);
    CHECK_FALSE(limit.has_value());
}
