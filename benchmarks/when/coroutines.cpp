// The third way: a coroutine for each request, and one for the sum, all on one thread.

#include "benchmarks/when/ways.hpp"
#include "common/event_loop.hpp"

#include <asio/co_spawn.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>

namespace netio::when {
namespace {

asio::awaitable<void> ask_one(asio::ip::tcp::endpoint server, results& found) {
    const double reply = co_await ask(server);
    found.replies.push_back(reply); // no lock: one thread runs all coroutines
}

asio::awaitable<void> ask_all(const work& todo, results& found) {
    asio::steady_timer timer{co_await asio::this_coro::executor};
    for (std::uint64_t i = 0; i < todo.requests; ++i) {
        if (const auto pause = pause_before(i); pause.count() > 0) {
            timer.expires_after(pause);
            co_await timer.async_wait(asio::use_awaitable);
        }
        asio::co_spawn(timer.get_executor(), ask_one(todo.server, found), rethrow);
    }
}

} // namespace

asio::awaitable<void> sum_in_slices(const work& todo, results& found) {
    random_stream stream{seed};
    for (auto left = todo.draws; left > 0;) {
        const auto slice = std::min(left, todo.slice);
        found.total += uniform_sum(slice, stream);
        left -= slice;
        co_await yield_to_event_loop();
    }
}

results coroutines(const work& todo) {
    asio::io_context loop{1}; // 1: only this thread will run it
    results found;
    asio::co_spawn(loop, ask_all(todo, found), rethrow);
    asio::co_spawn(loop, sum_in_slices(todo, found), rethrow);
    loop.run();
    return found;
}

} // namespace netio::when
