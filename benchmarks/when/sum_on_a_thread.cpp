// The third way again, but the sum runs on a thread of its own, and is awaited like a reply.

#include "benchmarks/when/ways.hpp"

#include <asio/co_spawn.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>

#include <utility>

namespace netio::when {
namespace {

asio::awaitable<uniform_total> sum_in_one_go(std::uint64_t draws) {
    random_stream stream{seed};
    co_return uniform_sum(draws, stream);
}

} // namespace

asio::awaitable<void> sum_on_a_thread(const work& todo, results& found) {
    asio::thread_pool pool{1};
    auto summed = asio::co_spawn(pool, sum_in_one_go(todo.draws), asio::use_awaitable);
    found.total = co_await std::move(summed); // resumed on the loop's thread
}

} // namespace netio::when
