// post puts a coroutine behind the others, so they take turns. dispatch carries on with the same
// coroutine: no other gets a turn.
#include <asio/co_spawn.hpp>
#include <asio/dispatch.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <exception>

asio::awaitable<void> count(char name, bool posts) {
    for (int i = 1; i <= 3; ++i) {
        fmt::print("{}: {} of 3\n", name, i);
        if (posts) {
            co_await asio::post(asio::use_awaitable);
        } else {
            co_await asio::dispatch(asio::use_awaitable);
        }
    }
}

int main() try {
    asio::io_context loop{1};
    const auto rethrow = [](std::exception_ptr e) {
        e ? std::rethrow_exception(e) : void();
    };
    for (const bool posts : {true, false}) {
        fmt::print("With {}:\n", posts ? "post" : "dispatch");
        asio::co_spawn(loop, count('A', posts), rethrow);
        asio::co_spawn(loop, count('B', posts), rethrow);
        loop.run();
        loop.restart(); // a loop that has run out of work stays stopped until it is told
    }
} catch (const std::exception& error) {
    return fmt::print(stderr, "2_taking_turns: {}\n", error.what()), 1;
}
