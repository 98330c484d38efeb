#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/server_support.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/write.hpp>

#include <csignal>
#include <cstddef>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <utility>

// The real server: how it notices that a client has gone, and what noticing costs, whatever the
// client has sent before.

using asio::ip::tcp;
using namespace std::chrono_literals;
using namespace netio::testing;

namespace {

/// Sends until the server has taken nothing for a while, but at most a gigabyte. Returns the number
/// of bytes.
std::size_t flood(tcp::socket& socket) {
    constexpr std::size_t most = 1'000'000'000;
    const std::string text(65536, 'x');
    std::size_t sent = 0;
    stopwatch stalled;
    socket.non_blocking(true);
    wait_until([&] {
        std::error_code error;
        while (!error && sent < most) {
            if (const auto size = socket.write_some(asio::buffer(text), error); size > 0) {
                sent += size;
                stalled = {};
            }
        }
        return sent >= most || error != asio::error::would_block || stalled.elapsed() > 200ms;
    });
    return sent;
}

/// The last number in a setting of the system's: the largest size of a buffer.
std::size_t largest(const std::string& setting) {
    std::ifstream file{"/proc/sys/net/ipv4/" + setting};
    std::size_t size = 0;
    while (file >> size) {
    }
    return size;
}

/// Returns when the server has been around its loop: it has noticed what came before.
void let_loop_turn(server_process& server, crowd& clients) {
    auto other = clients.connect();
    read_processing_lines(server, 1);
    reset(std::move(other));
}

} // namespace

TEST_CASE("server resets: a running computation is stopped when its client resets",
          "[server_resets]") {
    server_process server{{"--port", "0", "--samples", endless, "--threads", "1"}};
    crowd clients{server};
    auto socket = clients.connect();
    read_processing_lines(server, 1);
    wait_until_computing(server.id());
    reset(std::move(socket));
    // It can only end so soon if nothing is being computed any more.
    stop_and_expect_success(server);
}

TEST_CASE("server resets: urgent data does not keep a reset from being noticed",
          "[server_resets]") {
    server_process server{{"--port", "0", "--samples", endless, "--threads", "1"}};
    crowd clients{server};
    auto socket = clients.connect();
    read_processing_lines(server, 1);
    wait_until_computing(server.id());
    socket.send(asio::buffer("!", 1), MSG_OOB);
    auto other = clients.connect();
    read_processing_lines(server, 1); // it has been once around its loop
    reset(std::move(other));
    reset(std::move(socket));
    stop_and_expect_success(server);
}

TEST_CASE("server resets: a queued computation is dropped when its client resets",
          "[server_resets]") {
    // The first occupies the only thread. The second's place is free again although
    // the thread never gets to it: that is how the third comes to be accepted.
    server_process server{
        {"--port", "0", "--samples", endless, "--threads", "1", "--max-connections", "2"}};
    crowd clients{server};
    auto running = clients.connect();
    auto queued = clients.connect();
    read_processing_lines(server, 1);
    read_processing_lines(server, 1);
    wait_until_computing(server.id());
    reset(std::move(queued));
    auto third = clients.connect();
    read_processing_lines(server, 1);

    reset(std::move(third));
    reset(std::move(running));
    stop_and_expect_success(server);
}

TEST_CASE("server resets: a delay is cut short when its client resets", "[server_resets]") {
    server_process server{{"--port", "0", "--samples", "10", "--delay", "1000m"}};
    crowd clients{server};
    auto socket = clients.connect();
    read_processing_lines(server, 1);
    reset(std::move(socket));
    stop_and_expect_success(server);
}

// Windows does not accept such a connection.
TEST_CASE("server resets: a reset that comes before the connection is accepted is reported, too",
          "[server_resets][posix]") {
    server_process server{{"--port", "0", "--samples", "10", "--max-connections", "1"}};
    crowd clients{server};
    auto lingering = clients.connect(); // has its reply, and does not close
    read_processing_lines(server, 1);
    reset(clients.connect());
    lingering.close();
    read_processing_lines(server, 1);
    const auto end = stop_and_expect_success(server);
    CHECK_THAT(end.err, Catch::Matchers::Matches(
                            "server: connection 127\\.0\\.0\\.1:\\d+: Connection reset by peer\n"));
}

// After a half-close or a flood, no read is pending. Only the epoll reactor tells of a reset then.
#if defined(NETIO_USES_EPOLL)

TEST_CASE("server resets: a reset is noticed after a half-close, and after a flood",
          "[server_resets][reactor]") {
    const std::string before = GENERATE("half-close", "flood", "flood and half-close");
    CAPTURE(before);
    server_process server{{"--port", "0", "--samples", endless, "--threads", "1"}};
    crowd clients{server};
    auto socket = clients.connect();
    read_processing_lines(server, 1);
    wait_until_computing(server.id());
    if (before != "half-close") {
        CHECK(flood(socket) > 65536);
    }
    if (before != "flood") {
        socket.shutdown(tcp::socket::shutdown_send);
    }
    let_loop_turn(server, clients);
    reset(std::move(socket));
    const auto end = stop_and_expect_success(server);
    CHECK(end.err.find("Connection reset by peer") != std::string::npos);
}

#endif

TEST_CASE("server resets: urgent data does not keep the event loop busy", "[server_resets]") {
    const std::string with = GENERATE("nothing else", "half-close", "more than is read");
    CAPTURE(with);
    server_process server{{"--port", "0", "--samples", "10", "--delay", "1000m"}};
    crowd clients{server};
    auto socket = clients.connect();
    read_processing_lines(server, 1);
    if (with == "more than is read") {
        asio::write(socket, asio::buffer(std::string(100'000, 'x')));
        let_loop_turn(server, clients);
    }
    socket.send(asio::buffer("!", 1), MSG_OOB);
    if (with == "half-close") {
        socket.shutdown(tcp::socket::shutdown_send);
    }
    CHECK_NOTHROW(wait_until_idle(server.id())); // a loop that spins never is
}

TEST_CASE("server resets: a client with urgent data gets its answer", "[server_resets]") {
    const bool half_close = GENERATE(false, true);
    server_process server{{"--port", "0", "--samples", "1000", "--seed", "1", "--delay", "300ms"}};
    crowd clients{server};
    auto socket = clients.connect();
    socket.send(asio::buffer("!", 1), MSG_OOB);
    if (half_close) {
        socket.shutdown(tcp::socket::shutdown_send);
    }
    CHECK(clients.reply_to(std::move(socket)) == expected_reply(1000, 1));
    stop_and_expect_success(server);
}

TEST_CASE("server resets: what a flooding client sends stays in the system", "[server_resets]") {
    server_process server{{"--port", "0", "--samples", "10", "--delay", "1000m"}};
    crowd clients{server};
    const auto before = cpu_time(server.id());
    auto socket = clients.connect();
    // The server reads 64 KiB, or a little more. The rest lies in the buffers of both systems.
    CHECK(flood(socket) <= 131'072 + largest("tcp_rmem") + largest("tcp_wmem"));
    CHECK_NOTHROW(wait_until_idle(server.id()));
    CHECK(cpu_time(server.id()) - before < 200ms);
}

TEST_CASE("server resets: a flooding client gets its answer", "[server_resets][slow]") {
    server_process server{{"--port", "0", "--samples", "1000", "--seed", "1", "--delay", "1s"}};
    crowd clients{server};
    auto socket = clients.connect();
    CHECK(flood(socket) > 65536);
    CHECK(clients.reply_to(std::move(socket)) == expected_reply(1000, 1));
    stop_and_expect_success(server);
}
