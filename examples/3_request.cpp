// A request waits twice, to be connected and for the end of the reply. Each co_await gives the
// thread back to the loop until the system has something to tell.
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <exception>
#include <string>
#include <system_error>

asio::awaitable<void> request(asio::ip::tcp::socket socket, asio::ip::tcp::endpoint server) {
    fmt::print("request: connects\n");
    co_await socket.async_connect(server, asio::use_awaitable);
    fmt::print("request: waits\n");
    std::string reply;
    std::error_code end; // eof: the server has closed, the reply is complete
    auto buffer = asio::dynamic_buffer(reply, 256);
    co_await asio::async_read(socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    fmt::print("request: {}\n", end == asio::error::eof ? reply : throw std::system_error{end});
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    const auto rethrow = [](std::exception_ptr e) {
        e ? std::rethrow_exception(e) : void();
    };
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    asio::co_spawn(loop, request(asio::ip::tcp::socket{loop}, *servers.begin()), rethrow);
    fmt::print("main: runs the loop\n");
    loop.run();
} catch (const std::exception& error) {
    return fmt::print(stderr, "3_request: {}\n", error.what()), 1;
}
