#include "common/client/request.hpp"
#include "common/event_loop.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <string>
#include <string_view>

using asio::ip::tcp;
using namespace std::chrono_literals;
using netio::testing::listen_anywhere;

namespace {

asio::awaitable<double> finish(netio::request pending) {
    while (!pending.advance()) {
        co_await pending.ready_or_expired();
    }
    co_return pending.reply();
}

netio::request request_to(asio::io_context& loop, const tcp::endpoint& peer,
                          std::chrono::nanoseconds timeout = netio::testing::patience) {
    return {loop, "request", {peer.address().to_string(), peer.port()}, {peer}, timeout};
}

/// Answers one client: each byte of the text by itself, then the end of the stream.
asio::awaitable<void> dribble(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    for (const char& byte : text) {
        co_await asio::async_write(socket, asio::buffer(&byte, 1), asio::use_awaitable);
        co_await netio::yield_to_event_loop();
    }
}

double ask_dribbler(const std::string& text) {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    auto pending = request_to(loop, acceptor.local_endpoint());
    asio::co_spawn(loop, dribble(std::move(acceptor), text), asio::detached);
    return netio::testing::result_of(loop, finish(std::move(pending)));
}

/// Sends the text and resets the connection.
asio::awaitable<void> send_and_reset(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    socket.set_option(tcp::socket::linger(true, 0)); // close() resets the connection
    socket.close();
}

std::string failure_of(asio::io_context& loop, netio::request pending) {
    try {
        netio::testing::result_of(loop, finish(std::move(pending)));
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

} // namespace

TEST_CASE("request: a reply may come byte by byte", "[request]") {
    CHECK(ask_dribbler("-2542.28") == -2542.28);
    CHECK(ask_dribbler("1599.99\r\n") == 1599.99);
}

TEST_CASE("request: a malformed reply names the address and quotes the text", "[request]") {
    CHECK_THROWS_WITH(ask_dribbler("hello"),
                      Catch::Matchers::StartsWith("bad reply from 127.0.0.1:"));
    CHECK_THROWS_WITH(ask_dribbler("hello"), Catch::Matchers::EndsWith("number: \"hello\""));
    CHECK_THROWS_WITH(ask_dribbler(""), Catch::Matchers::EndsWith("without an answer"));
}

TEST_CASE("request: 256 bytes are read, and not one more", "[request]") {
    CHECK(ask_dribbler("1." + std::string(254, '0')) == 1.0);
    CHECK_THROWS_WITH(ask_dribbler("1." + std::string(255, '0')),
                      Catch::Matchers::EndsWith("longer than 256 bytes"));
}

TEST_CASE("request: a reset fails it, even after a whole number", "[request]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    auto pending = request_to(loop, acceptor.local_endpoint());
    asio::co_spawn(loop, send_and_reset(std::move(acceptor), "1599.99"), asio::detached);
    CHECK_THAT(failure_of(loop, std::move(pending)),
               Catch::Matchers::EndsWith("Connection reset by peer"));
}

TEST_CASE("request: a refused connection names the address and asks for the server", "[request]") {
    asio::io_context loop{1};
    const auto nobody = listen_anywhere(loop).local_endpoint(); // closed again
    CHECK(failure_of(loop, request_to(loop, nobody)) ==
          "cannot connect to 127.0.0.1:" + std::to_string(nobody.port()) +
              ": Connection refused. Is the server running?");
}

TEST_CASE("request: the next endpoint is tried when one refuses", "[request]") {
    asio::io_context loop{1};
    const auto nobody = listen_anywhere(loop).local_endpoint();
    auto acceptor = listen_anywhere(loop);
    netio::request pending{
        loop, "request", {}, {nobody, acceptor.local_endpoint()}, netio::testing::patience};
    asio::co_spawn(loop, dribble(std::move(acceptor), "1.5"), asio::detached);
    CHECK(netio::testing::result_of(loop, finish(std::move(pending))) == 1.5);
}

TEST_CASE("request: a server that never answers is given up at the deadline", "[request]") {
    asio::io_context loop{1};
    const auto acceptor = listen_anywhere(loop); // the system accepts, nobody answers
    const auto started = std::chrono::steady_clock::now();
    CHECK_THAT(failure_of(loop, request_to(loop, acceptor.local_endpoint(), 50ms)),
               Catch::Matchers::EndsWith("within the timeout of 50.00ms"));
    CHECK(std::chrono::steady_clock::now() - started >= 50ms);
}

TEST_CASE("request: remembers the last look in vain, and all only when told to", "[request]") {
    asio::io_context loop{1};
    const auto acceptor = listen_anywhere(loop); // the system accepts, nobody answers
    auto pending = request_to(loop, acceptor.local_endpoint());
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(pending.advance());
    }
    CHECK(pending.record().looks.size() == 1);

    pending.record_all_looks();
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(pending.advance());
    }
    CHECK(pending.record().looks.size() == 4);
}

TEST_CASE("request: an answer that came in time is taken after the deadline", "[request]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    auto pending = request_to(loop, acceptor.local_endpoint(), 50ms);
    CHECK_FALSE(pending.advance()); // the connection is under way at least

    auto socket = acceptor.accept();
    asio::write(socket, asio::buffer(std::string_view{"1.5"}));
    socket.close();
    asio::steady_timer busy{loop, 60ms}; // as if the thread had been computing
    busy.wait();
    CHECK(pending.advance());
    CHECK(pending.reply() == 1.5);
}
