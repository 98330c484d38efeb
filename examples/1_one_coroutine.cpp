// A coroutine runs only when the loop runs it. The loop returns when nothing is left to do.
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>

asio::awaitable<void> greet() {
    fmt::print("greet: begins\n");
    co_await asio::post(asio::use_awaitable); // gives the thread back to the loop
    fmt::print("greet: ends\n");
}

// Called when the coroutine has ended. A failure leaves loop.run() as the exception that it is.
void rethrow(std::exception_ptr failure) {
    if (failure) {
        std::rethrow_exception(failure);
    }
}

int main() try {
    asio::io_context loop{1}; // 1: only this thread will run it
    asio::co_spawn(loop, greet(), rethrow);
    fmt::print("main: greet is spawned\n");
    loop.run();
    fmt::print("main: nothing is left to do\n");
} catch (const std::exception& error) {
    return fmt::print(stderr, "1_one_coroutine: {}\n", error.what()), 1;
}
