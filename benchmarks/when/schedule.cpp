#include "benchmarks/when/schedule.hpp"

#include <asio/co_spawn.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <future>
#include <thread>
#include <utility>

namespace netio::when {
namespace {

using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point when) {
    return std::chrono::duration<double>{steady_clock::now() - when}.count();
}

asio::awaitable<void> ask_and_time(const schedule& plan, steady_clock::time_point due,
                                   delays& noted) {
    const double reply = co_await ask(plan.todo.server);
    noted.seconds.push_back(seconds_since(due + plan.wait));
    noted.found.replies.push_back(reply);
}

asio::awaitable<void> ask_when_due(const schedule& plan, delays& noted) {
    asio::steady_timer timer{co_await asio::this_coro::executor};
    auto due = steady_clock::now();
    for (std::uint64_t i = 0; i < plan.todo.requests; ++i) {
        due += plan.every;
        if (due > steady_clock::now()) { // if not, the loop would make it wait for the sum again
            timer.expires_at(due);
            co_await timer.async_wait(asio::use_awaitable);
        }
        asio::co_spawn(timer.get_executor(), ask_and_time(plan, due, noted), rethrow);
    }
}

using sum_in_some_way = asio::awaitable<void> (*)(const work&, results&);

asio::awaitable<void> sum_later(const schedule& plan, delays& noted, sum_in_some_way sum) {
    asio::steady_timer timer{co_await asio::this_coro::executor, plan.sum_after};
    co_await timer.async_wait(asio::use_awaitable);
    auto summed = sum(plan.todo, noted.found);
    co_await std::move(summed);
}

delays keep_on_a_loop(const schedule& plan, sum_in_some_way sum) {
    asio::io_context loop{1};
    delays noted;
    asio::co_spawn(loop, ask_when_due(plan, noted), rethrow);
    asio::co_spawn(loop, sum_later(plan, noted, sum), rethrow);
    loop.run();
    return noted;
}

/// The reply, and how late it was noticed.
using timed_reply = std::pair<double, double>;

std::vector<std::future<timed_reply>> start_when_due(const schedule& plan,
                                                     asio::io_context& context) {
    std::vector<std::future<timed_reply>> asked;
    auto due = steady_clock::now();
    for (std::uint64_t i = 0; i < plan.todo.requests; ++i) {
        due += plan.every;
        std::this_thread::sleep_until(due);
        asked.push_back(std::async(std::launch::async, [&context, &plan, due] {
            const double reply = blocking_ask(context, plan.todo.server);
            return timed_reply{reply, seconds_since(due + plan.wait)};
        }));
    }
    return asked;
}

} // namespace

delays keep_with_slices(const schedule& plan) {
    return keep_on_a_loop(plan, sum_in_slices);
}

delays keep_with_a_thread(const schedule& plan) {
    return keep_on_a_loop(plan, sum_on_a_thread);
}

delays keep_with_threads(const schedule& plan) {
    asio::io_context context;
    auto starter = std::async(std::launch::async, [&] { return start_when_due(plan, context); });
    std::this_thread::sleep_for(plan.sum_after);
    delays noted;
    random_stream stream{seed};
    noted.found.total = uniform_sum(plan.todo.draws, stream);
    for (auto& asked : starter.get()) {
        const auto [reply, late] = asked.get();
        noted.found.replies.push_back(reply);
        noted.seconds.push_back(late);
    }
    return noted;
}

} // namespace netio::when
