// Sends each argument after the port as a line, and waits for the reply before it sends the next.
#include <asio.hpp>
#include <fmt/format.h>

asio::awaitable<void> talk(std::string port, std::vector<std::string> lines) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    asio::ip::tcp::resolver resolver{socket.get_executor()}; // waits in a thread of its own
    auto servers = co_await resolver.async_resolve("127.0.0.1", port, asio::use_awaitable);
    co_await asio::async_connect(socket, servers, asio::use_awaitable); // tries each of them
    std::string data;
    auto buffer = asio::dynamic_buffer(data, 1024);
    for (auto& line : lines) {
        line += '\n';
        co_await asio::async_write(socket, asio::buffer(line), asio::use_awaitable);
        auto size = co_await asio::async_read_until(socket, buffer, '\n', asio::use_awaitable);
        fmt::print("client: {}", data.substr(0, size));
        buffer.consume(size);
    }
}

int main(int argc, char* argv[]) try {
    std::vector<std::string> lines(argv + std::min(argc, 2), argv + argc);
    asio::io_context loop{1};
    auto done = asio::co_spawn(loop, talk(argc > 1 ? argv[1] : "8198", lines), asio::use_future);
    loop.run();
    done.get();
} catch (const std::exception& error) {
    fmt::print(stderr, "8_framed_client: {}\n", error.what());
    return 1;
}
