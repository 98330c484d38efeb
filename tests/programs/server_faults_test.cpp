#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/server_support.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <csignal>
#include <future>
#include <string>
#include <sys/socket.h>
#include <vector>

// The real server, against the kinds of clients that a server meets in practice.

using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;
using namespace netio::testing;

namespace {

/// Sends all of @p text, then reads, like a client of a protocol in which the client speaks first.
asio::awaitable<std::string> send_and_ask(tcp::socket socket, std::string text) {
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    auto reply = read_to_end(std::move(socket));
    co_return co_await std::move(reply);
}

/// Sends until the server has closed the connection, or for 20 s; returns for how long.
steady_clock::duration send_for_ever(const tcp::endpoint& server) {
    const std::string text(1 << 20, 'x');
    const stopwatch watch;
    asio::io_context loop{1};
    tcp::socket socket{loop};
    socket.connect(server);
    std::error_code error;
    while (!error && watch.elapsed() < 20s) {
        asio::write(socket, asio::buffer(text), error);
    }
    return watch.elapsed();
}

/// Checks that each of so many clients is cut off in time.
void check_floods(std::size_t count) {
    server_process server{{"--port", "0", "--samples", "10"}};
    std::vector<std::future<steady_clock::duration>> floods;
    while (floods.size() < count) {
        floods.push_back(std::async(std::launch::async, send_for_ever, server.endpoint()));
    }
    for (auto& flood : floods) {
        const auto lasted = flood.get();
        CHECK(lasted >= 3s); // it was given the time to see its answer
        CHECK(lasted < 20s); // 3 s, on a machine that is not busy
    }
    stop_and_expect_success(server);
}

} // namespace

TEST_CASE("server faults: a client that shuts down its sending side gets its answer",
          "[server_faults]") {
    server_process server{{"--port", "0", "--samples", "1000", "--seed", "1", "--delay", "50ms"}};
    crowd clients{server};
    auto socket = clients.connect();
    socket.shutdown(tcp::socket::shutdown_send);
    CHECK(clients.reply_to(std::move(socket)) == expected_reply(1000, 1));
    stop_and_expect_success(server);
}

TEST_CASE("server faults: a client that sends 1 MiB of garbage first gets its answer",
          "[server_faults]") {
    server_process server{{"--port", "0", "--samples", "1000", "--seed", "1"}};
    crowd clients{server};
    const std::string garbage(1 << 20, '\xff');
    CHECK(result_of(clients.loop(), send_and_ask(clients.connect(), garbage)) ==
          expected_reply(1000, 1));
    stop_and_expect_success(server);
}

TEST_CASE("server faults: a client that speaks HTTP gets its answer", "[server_faults]") {
    server_process server{{"--port", "0", "--samples", "1000", "--seed", "1"}};
    crowd clients{server};
    CHECK(result_of(clients.loop(), send_and_ask(clients.connect(), "GET / HTTP/1.0\r\n\r\n")) ==
          expected_reply(1000, 1));
    stop_and_expect_success(server);
}

TEST_CASE("server faults: a client that sends while the server stops gets its answer",
          "[server_faults]") {
    server_process server{{"--port", "0", "--samples", "1000", "--seed", "1", "--delay", "50ms"}};
    crowd clients{server};
    const std::string garbage(16 << 20, '\xff'); // more than the system holds for them
    auto socket = clients.connect();
    asio::write(socket, asio::buffer(garbage, 1)); // a client that never sends gets less time
    read_processing_lines(server, 1);
    server.send_signal(SIGTERM);
    CHECK(result_of(clients.loop(), send_and_ask(std::move(socket), garbage)) ==
          expected_reply(1000, 1));
    CHECK(server.wait().status == 0);
}

TEST_CASE("server faults: a client that sends for ever is cut off", "[server_faults]") {
    check_floods(1);
}

// So many that there is always something to read, and no read pending that could be cancelled.
TEST_CASE("server faults: forty clients that send for ever are cut off", "[server_faults]") {
    check_floods(40);
}

TEST_CASE("server faults: a client that neither reads nor closes is dropped", "[server_faults]") {
    // It holds the only place, for which another client waits.
    server_process server{{"--port", "0", "--samples", "10", "--max-connections", "1"}};
    crowd clients{server};
    const auto silent = clients.connect();
    const stopwatch watch;
    CHECK(is_reply(clients.ask()));
    CHECK(watch.elapsed() < 20s); // 1 s, on a machine that is not busy
    stop_and_expect_success(server);
}

// Under Wine, the server takes each of these resets for a lack of descriptors, and pauses.
TEST_CASE("server faults: 500 clients that connect and reset immediately do no harm",
          "[server_faults][not_wine]") {
    server_process server{{"--port", "0", "--samples", "10"}};
    crowd clients{server};
    for (int i = 0; i < 500; ++i) {
        reset(clients.connect());
    }
    CHECK(is_reply(clients.ask()));
    stop_and_expect_success(server);
}
