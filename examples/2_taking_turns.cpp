// post puts a coroutine behind the others, so they take turns. dispatch carries on with the same
// coroutine: no other gets a turn.
#include <asio.hpp>
#include <fmt/format.h>

#include <cstdio>
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
    for (const bool posts : {true, false}) {
        fmt::print("With {}:\n", posts ? "post" : "dispatch");
        auto a = asio::co_spawn(loop, count('A', posts), asio::use_future);
        auto b = asio::co_spawn(loop, count('B', posts), asio::use_future);
        loop.run();
        loop.restart(); // a loop that has run out of work stays stopped until it is restarted
        a.get();
        b.get();
    }
} catch (const std::exception& error) {
    fmt::print(stderr, "2_taking_turns: {}\n", error.what());
    return 1;
}
