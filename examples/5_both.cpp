// The sum runs while the request waits: two coroutines, one thread.
#include "common/random/random_sum.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <fmt/format.h>

asio::awaitable<void> request(asio::ip::tcp::socket socket, asio::ip::tcp::endpoint server) {
    co_await socket.async_connect(server, asio::use_awaitable);
    fmt::print("request: waits\n");
    std::string reply;
    std::error_code end;
    auto buffer = asio::dynamic_buffer(reply, 256);
    co_await asio::async_read(socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    fmt::print("request: {}\n", end == asio::error::eof ? reply : throw std::system_error{end});
}

asio::awaitable<void> sum(netio::random_stream draws) {
    for (int i = 1; i <= 4; ++i) {
        fmt::print("sum {}: {:.2f}\n", i, netio::uniform_sum(100'000'000, draws).value());
        co_await asio::post(asio::use_awaitable);
    }
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    const auto rethrow = [](std::exception_ptr e) {
        e ? std::rethrow_exception(e) : void();
    };
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    asio::co_spawn(loop, request(asio::ip::tcp::socket{loop}, *servers.begin()), rethrow);
    asio::co_spawn(loop, sum(netio::random_stream{1}), rethrow);
    loop.run();
} catch (const std::exception& error) {
    return fmt::print(stderr, "5_both: {}\n", error.what()), 1;
}
