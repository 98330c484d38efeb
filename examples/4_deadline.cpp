// A deadline is a timer that closes the socket. Its handler may already be in the queue when the
// request ends, so it owns a share of the socket.
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <fmt/format.h>

#include <memory>

asio::awaitable<void> request(asio::ip::tcp::endpoint server, std::chrono::milliseconds limit) {
    const auto socket = std::make_shared<asio::ip::tcp::socket>(co_await asio::this_coro::executor);
    asio::steady_timer deadline{socket->get_executor(), limit};
    deadline.async_wait([socket](std::error_code cancelled) {
        fmt::print("deadline: {}\n", cancelled ? "not needed" : "time is up");
        socket->close(); // cancel() would be lost between connecting and reading
    });
    co_await socket->async_connect(server, asio::use_awaitable);
    std::string reply;
    std::error_code end;
    auto buffer = asio::dynamic_buffer(reply, 256);
    co_await asio::async_read(*socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    fmt::print("request: {}\n", end == asio::error::eof ? reply : throw std::system_error{end});
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    const auto rethrow = [](std::exception_ptr e) {
        e ? std::rethrow_exception(e) : void();
    };
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    const std::chrono::milliseconds limit{argc > 2 ? std::stoi(argv[2]) : 1000};
    asio::co_spawn(loop, request(*servers.begin(), limit), rethrow);
    loop.run();
} catch (const std::exception& error) {
    return fmt::print(stderr, "4_deadline: {}\n", error.what()), 1;
}
