// A coroutine runs only when the loop runs it. The loop returns when nothing is left to do.
#include <asio.hpp> // all of asio, to keep the examples short
#include <fmt/format.h>

#include <cstdio>
#include <exception>

asio::awaitable<void> greet() {
    fmt::print("greet: begins\n");
    co_await asio::post(asio::use_awaitable); // gives the thread back to the loop
    fmt::print("greet: ends\n");
}

int main() try {
    asio::io_context loop{1}; // 1: only this thread will run it
    auto greeting = asio::co_spawn(loop, greet(), asio::use_future);
    fmt::print("main: greet is spawned\n");
    loop.run();
    greeting.get(); // throws what greet() has thrown; here, nothing
    fmt::print("main: nothing is left to do\n");
} catch (const std::exception& error) {
    fmt::print(stderr, "1_one_coroutine: {}\n", error.what());
    return 1;
}
