#include "common/event_loop.hpp"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

#include <chrono>

namespace netio {

asio::awaitable<void> yield_for_laps(int laps) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer now{executor};
    for (int lap = 0; lap < laps; ++lap) {
        // The loop queues expired timers in the order of expiry, so this timer comes last.
        now.expires_at(std::chrono::steady_clock::now());
        co_await now.async_wait(asio::use_awaitable);
    }
}

} // namespace netio
