// A request waits twice: for the connection, and for the end of the reply. Each wait gives the
// thread back to the loop until the system has something to report.
#include <asio.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

asio::awaitable<void> request(asio::ip::tcp::endpoint server) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    fmt::print("request: connects\n");
    co_await socket.async_connect(server, asio::use_awaitable);
    fmt::print("request: waits\n");
    std::string reply;
    auto buffer = asio::dynamic_buffer(reply, 256); // grows with the reply, up to 256 bytes
    std::error_code end;
    co_await asio::async_read(socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    if (end != asio::error::eof) { // the end of the stream is the end of the reply
        // message_size: 256 bytes have come, and no end.
        throw std::system_error{end ? end : asio::error::message_size};
    }
    fmt::print("request: {}\n", reply);
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    auto done = asio::co_spawn(loop, request(*servers.begin()), asio::use_future);
    fmt::print("main: runs the loop\n");
    loop.run();
    done.get();
} catch (const std::exception& error) {
    fmt::print(stderr, "3_request: {}\n", error.what());
    return 1;
}
