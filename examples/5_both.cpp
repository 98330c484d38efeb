// The sum runs while the request waits: two coroutines, one thread.
#include "common/random/random_sum.hpp"

#include <asio.hpp>
#include <fmt/format.h>

asio::awaitable<void> request(asio::ip::tcp::endpoint server) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    fmt::print("request: waits\n");
    std::string reply;
    auto buffer = asio::dynamic_buffer(reply, 256);
    std::error_code end;
    co_await asio::async_read(socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    if (end != asio::error::eof) {
        throw std::system_error{end ? end : asio::error::message_size};
    }
    fmt::print("request: {}\n", reply);
}

asio::awaitable<void> sum(netio::random_stream stream) {
    for (int i = 1; i <= 4; ++i) {
        fmt::print("sum {}: {:.2f}\n", i, netio::uniform_sum(100'000'000, stream).value());
        co_await asio::post(asio::use_awaitable);
    }
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    auto asked = asio::co_spawn(loop, request(*servers.begin()), asio::use_future);
    auto summed = asio::co_spawn(loop, sum(netio::random_stream{1}), asio::use_future);
    loop.run();
    summed.get();
    asked.get();
} catch (const std::exception& error) {
    fmt::print(stderr, "5_both: {}\n", error.what());
    return 1;
}
