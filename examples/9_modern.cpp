// What is shorter with asio 1.31 and newer. Each comment names the older form, which still works.
#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

asio::awaitable<std::string> request(asio::ip::tcp::socket& socket) {
    std::string reply;
    auto buffer = asio::dynamic_buffer(reply, 256);
    // as_tuple suffices where an error is one of the results. Older: redirect_error.
    const auto [end, size] = co_await asio::async_read(socket, buffer, asio::as_tuple);
    const std::error_code error = end ? end : asio::error::message_size;
    co_return error == asio::error::eof ? reply : "failed: " + error.message();
}

asio::awaitable<void> race(asio::ip::tcp::endpoint server, std::chrono::milliseconds limit) {
    asio::steady_timer timer{co_await asio::this_coro::executor, limit};
    asio::ip::tcp::socket socket{timer.get_executor()};
    // cancel_after suffices for one operation. Older: a timer that closes the socket (4_deadline).
    // No token follows the limit: the default, deferred, suffices in a coroutine. Older:
    // use_awaitable, each time.
    co_await socket.async_connect(server, asio::cancel_after(limit));
    // || exists since 1.19, and waits for a success: use it where request() does not throw.
    // || and cancel_after lose a reply that came in time while the thread was busy. The clients,
    // for which it counts, keep common/deadline.hpp, and read again what has arrived by then.
    using namespace asio::experimental::awaitable_operators;
    const auto first = co_await (request(socket) || timer.async_wait(asio::use_awaitable));
    fmt::print("request: {}\n", first.index() == 0 ? std::get<0>(first) : "time is up");
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    auto servers = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8197");
    const std::chrono::milliseconds limit{argc > 2 ? std::stoi(argv[2]) : 1000};
    auto done = asio::co_spawn(loop, race(*servers.begin(), limit), asio::use_future);
    loop.run();
    done.get();
} catch (const std::exception& error) {
    fmt::print(stderr, "9_modern: {}\n", error.what());
    return 1;
}
