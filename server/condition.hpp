#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <system_error>

namespace netio {

/// For coroutines what a condition variable is for threads: one waits, another notifies.
///
/// As there, a notification that comes while no coroutine waits is lost, and one that wakes up
/// looks again at what it waits for. Here only one coroutine may wait, and all of it happens on
/// the thread that runs the loop.
class condition {
public:
    explicit condition(const asio::any_io_executor& executor)
        : timer_{executor} {}

    /// Suspends the calling coroutine until the next notify(), or until time is up.
    asio::awaitable<void>
    wait(std::chrono::steady_clock::duration at_most = std::chrono::steady_clock::duration::max()) {
        timer_.expires_after(at_most);
        std::error_code notified;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, notified));
    }

    void notify() { timer_.cancel(); }

private:
    asio::steady_timer timer_; ///< set to "never", and cancelled when there is news
};

} // namespace netio
