// A timer closes the socket at the deadline. If the request ends first, the timer is destroyed,
// and its handler runs later, with an error. So the handler owns a share of the socket.
#include <asio.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

asio::awaitable<void> request(asio::ip::tcp::endpoint server, std::chrono::milliseconds limit) {
    const auto socket = std::make_shared<asio::ip::tcp::socket>(co_await asio::this_coro::executor);
    asio::steady_timer deadline{socket->get_executor(), limit};
    deadline.async_wait([socket](std::error_code cancelled) {
        fmt::print("deadline: {}\n", cancelled ? "not needed" : "time is up");
        socket->close(); // cancel() would be lost between two reads
    });
    co_await socket->async_connect(server, asio::use_awaitable);
    std::string reply;
    auto buffer = asio::dynamic_buffer(reply, 256);
    std::error_code end;
    co_await asio::async_read(*socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    if (end != asio::error::eof) {
        throw std::system_error{end ? end : asio::error::message_size};
    }
    fmt::print("request: {}\n", reply);
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    const std::chrono::milliseconds limit{argc > 2 ? std::stoi(argv[2]) : 1000};
    auto done = asio::co_spawn(loop, request(*servers.begin(), limit), asio::use_future);
    loop.run();
    done.get();
} catch (const std::exception& error) {
    fmt::print(stderr, "4_deadline: {}\n", error.what());
    return 1;
}
