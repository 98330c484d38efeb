// Many requests, three at a time: each of three workers takes the next one until none is left.
#include <asio.hpp>
#include <fmt/ranges.h>

asio::awaitable<void> request(asio::ip::tcp::endpoint server, std::string& reply) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    auto buffer = asio::dynamic_buffer(reply, 256);
    std::error_code end;
    co_await asio::async_read(socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    if (end != asio::error::eof) {
        throw std::system_error{end ? end : asio::error::message_size};
    }
}

asio::awaitable<void> work(asio::ip::tcp::endpoint server, auto& next, auto end) {
    while (next != end) {
        auto& result = *next++; // no lock: workers take turns only where they co_await
        try {
            co_await request(server, result);
        } catch (const std::exception& error) { // a failure is a result, and the worker goes on
            result = fmt::format("failed: {}", error.what());
        }
    }
}

int main(int argc, char* argv[]) try {
    std::vector<std::string> results(argc > 2 ? std::stoul(argv[2]) : 10); // in order
    auto next = results.begin();
    asio::io_context loop{1};
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    for (int worker = 1; worker <= 3; ++worker) {
        asio::co_spawn(loop, work(*servers.begin(), next, results.end()), asio::detached);
    }
    loop.run();
    fmt::print("{}\n", fmt::join(results, "\n"));
} catch (const std::exception& error) {
    fmt::print(stderr, "7_fan_out: {}\n", error.what());
    return 1;
}
