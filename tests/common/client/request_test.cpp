#include "common/client/request.hpp"
#include "common/event_loop.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <string>
#include <string_view>

using asio::ip::tcp;
using namespace std::chrono_literals;
using netio::ask;
using netio::request_record;
using netio::server_to_ask;
using netio::testing::listen_anywhere;
using netio::testing::result_of;

namespace {

server_to_ask server_at(const tcp::endpoint& peer,
                        std::chrono::nanoseconds timeout = netio::testing::patience) {
    return {{peer.address().to_string(), peer.port()}, {peer}, timeout};
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
    request_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto server = server_at(acceptor.local_endpoint());
    asio::co_spawn(loop, dribble(std::move(acceptor), text), asio::detached);
    return result_of(loop, ask(server, record));
}

/// Sends the text and resets the connection.
asio::awaitable<void> send_and_reset(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    socket.set_option(tcp::socket::linger(true, 0)); // close() resets the connection
    socket.close();
}

std::string failure_of(asio::io_context& loop, asio::awaitable<double> asking) {
    try {
        result_of(loop, std::move(asking));
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

/// Blocks the thread, as computing would.
void be_busy(asio::io_context& loop, std::chrono::nanoseconds time) {
    asio::steady_timer(loop, time).wait();
}

} // namespace

TEST_CASE("ask: a reply may come byte by byte", "[ask]") {
    CHECK(ask_dribbler("-2542.28") == -2542.28);
    CHECK(ask_dribbler("1599.99\r\n") == 1599.99);
}

TEST_CASE("ask: a malformed reply names the address and quotes the text", "[ask]") {
    CHECK_THROWS_WITH(ask_dribbler("hello"),
                      Catch::Matchers::StartsWith("bad reply from 127.0.0.1:"));
    CHECK_THROWS_WITH(ask_dribbler("hello"), Catch::Matchers::EndsWith("number: \"hello\""));
    CHECK_THROWS_WITH(ask_dribbler(""), Catch::Matchers::EndsWith("without a reply"));
}

TEST_CASE("ask: a reply of 256 bytes is accepted, a longer one is not", "[ask]") {
    CHECK(ask_dribbler("1." + std::string(254, '0')) == 1.0);
    CHECK_THROWS_WITH(ask_dribbler("1." + std::string(255, '0')),
                      Catch::Matchers::EndsWith("longer than 256 bytes"));
}

// Not with Wine, which shuts a socket down before it closes it: a peer that reads sees the end of
// the stream, and the reset comes too late.
TEST_CASE("ask: a reset fails the request, even after a whole number", "[ask][not_wine]") {
    request_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto server = server_at(acceptor.local_endpoint());
    asio::co_spawn(loop, send_and_reset(std::move(acceptor), "1599.99"), asio::detached);
    CHECK_THAT(failure_of(loop, ask(server, record)),
               Catch::Matchers::EndsWith("Connection reset by peer"));
}

TEST_CASE("ask: a refused connection names the address and asks whether the server runs", "[ask]") {
    request_record record;
    asio::io_context loop{1};
    const auto refusing = listen_anywhere(loop).local_endpoint(); // closed again
    CHECK(failure_of(loop, ask(server_at(refusing), record)) ==
          "cannot connect to 127.0.0.1:" + std::to_string(refusing.port()) +
              ": Connection refused. Is the server running?");
}

TEST_CASE("ask: a connection to oneself counts as refused", "[ask]") {
    request_record record;
    asio::io_context loop{1};
    const auto own = listen_anywhere(loop).local_endpoint(); // closed again
    const auto server = server_at(own);
    netio::request pending{loop.get_executor(), server, record};
    pending.socket().open(own.protocol());
    pending.socket().bind(own); // otherwise the system chooses this port only now and then
    pending.socket().connect(own);
    REQUIRE(pending.socket().remote_endpoint() == own);
    CHECK(pending.outcome_of_connecting({}) == asio::error::connection_refused);
}

TEST_CASE("ask: an endpoint that this machine cannot use does not hide why the other failed",
          "[ask]") {
    request_record record;
    asio::io_context loop{1};
    const auto refusing = listen_anywhere(loop).local_endpoint();
    auto server = server_at(refusing);
    // A protocol number that no system knows stands for a family that this machine lacks.
    const tcp::endpoint unusable = [] {
        tcp::endpoint endpoint{tcp::v4(), 1};
        endpoint.data()->sa_family = 255;
        return endpoint;
    }();
    server.endpoints.push_back(unusable);
    CHECK_THAT(failure_of(loop, ask(server, record)),
               Catch::Matchers::EndsWith("Connection refused. Is the server running?"));
}

TEST_CASE("ask: a request that is never answered ends at the deadline", "[ask]") {
    request_record record;
    asio::io_context loop{1};
    const auto acceptor = listen_anywhere(loop); // the system accepts, the test does not
    const auto started = std::chrono::steady_clock::now();
    CHECK_THAT(failure_of(loop, ask(server_at(acceptor.local_endpoint(), 50ms), record)),
               Catch::Matchers::EndsWith("within the timeout of 50.00ms"));
    CHECK(std::chrono::steady_clock::now() - started >= 50ms);
    CHECK(record.failed);
    CHECK(record.life.length() >= 50ms);
}

// The thread is busy while the connection is made, the server sends, and the deadline
// passes. When the loop gets its turn, all of that has happened.
TEST_CASE("ask: half a reply and the deadline, found together, end the request", "[ask]") {
    request_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    std::string failure;
    asio::co_spawn(loop, ask(server_at(acceptor.local_endpoint(), 50ms), record),
                   [&failure](std::exception_ptr reason, double) {
                       try {
                           std::rethrow_exception(reason);
                       } catch (const std::exception& error) {
                           failure = error.what();
                       }
                   });
    loop.poll_one(); // it begins to connect
    auto socket = acceptor.accept();
    asio::write(socket, asio::buffer(std::string_view{"15"}));
    be_busy(loop, 60ms);
    netio::testing::run_to_end(loop);
    CHECK_THAT(failure, Catch::Matchers::EndsWith("within the timeout of 50.00ms"));
}

TEST_CASE("ask: a reply that came in time counts, even if read after the deadline", "[ask]") {
    request_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    double reply = 0.0;
    asio::co_spawn(loop, ask(server_at(acceptor.local_endpoint(), 50ms), record),
                   [&reply](std::exception_ptr, double number) { reply = number; });
    const bool is_connected = GENERATE(false, true);
    loop.poll_one(); // it begins to connect
    auto socket = acceptor.accept();
    if (is_connected) {
        loop.poll(); // it waits for the reply
    }
    asio::write(socket, asio::buffer(std::string_view{"1.5"}));
    socket.close();
    be_busy(loop, 60ms);
    netio::testing::run_to_end(loop);
    CHECK(reply == 1.5);
    CHECK_FALSE(record.failed);
}

/// Reads only after the deadline, like a task that was busy until then.
asio::awaitable<double> ask_and_read_late(server_to_ask server, request_record& record) {
    const auto executor = co_await asio::this_coro::executor;
    netio::request pending{executor, server, record};
    co_await netio::connect(pending);
    asio::steady_timer{executor, 60ms}.wait();
    co_return pending.reply(pending.read_available());
}

TEST_CASE("request: a reader that looks too late still gets what came in time", "[request]") {
    request_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    double reply = 0.0;
    const auto server = server_at(acceptor.local_endpoint(), 50ms);
    asio::co_spawn(loop, ask_and_read_late(server, record),
                   [&reply](std::exception_ptr, double number) { reply = number; });
    loop.poll_one(); // it begins to connect
    auto socket = acceptor.accept();
    asio::write(socket, asio::buffer(std::string_view{"1.5"}));
    socket.close();
    netio::testing::run_to_end(loop);
    CHECK(reply == 1.5);
}

TEST_CASE("ask: giving up resets the connection", "[ask][not_wine]") { // see above
    request_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const bool bad_reply = GENERATE(false, true);
    asio::co_spawn(loop, ask(server_at(acceptor.local_endpoint(), 50ms), record), asio::detached);
    loop.poll_one();
    auto socket = acceptor.accept();
    if (bad_reply) {
        asio::write(socket, asio::buffer(std::string(257, '7')));
    }
    netio::testing::run_to_end(loop);
    std::error_code end;
    char byte = 0;
    socket.read_some(asio::buffer(&byte, 1), end);
    CHECK(end == asio::error::connection_reset);
}

TEST_CASE("ask: the record has the times and the connection's name", "[ask]") {
    request_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto server = server_at(acceptor.local_endpoint());
    asio::co_spawn(loop, dribble(std::move(acceptor), "1.5"), asio::detached);
    CHECK(result_of(loop, ask(server, record)) == 1.5);
    CHECK(record.has_ended());
    CHECK(record.life.length() > 0ns);
    CHECK_THAT(record.connection_id, Catch::Matchers::StartsWith("127.0.0.1:"));
    CHECK_THAT(record.connection_id, Catch::Matchers::EndsWith(" 1.5"));
    CHECK(record.wake_ups == 1);
    CHECK_FALSE(record.failed);
}
