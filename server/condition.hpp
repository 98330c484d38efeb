#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <system_error>

namespace netio {

/// A condition variable for coroutines: coroutines wait until notify() is called.
///
/// As with threads, a notification is lost if no coroutine is waiting, and a coroutine that wakes
/// up must check its condition again. All calls must come from the thread that runs the loop.
class condition {
public:
    explicit condition(const asio::any_io_executor& executor)
        : timer_{executor, std::chrono::steady_clock::time_point::max()} {}

    /// Suspends the calling coroutine until the next notify(), or until @p at_most has passed.
    /// Does not tell which. Wakes up any other coroutine that waits: only one may use this.
    asio::awaitable<void> wait(std::chrono::steady_clock::duration at_most) {
        timer_.expires_after(at_most);
        co_await wait();
        timer_.expires_at(std::chrono::steady_clock::time_point::max());
    }

    /// Suspends the calling coroutine until the next notify().
    asio::awaitable<void> wait() {
        std::error_code notified;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, notified));
    }

    void notify() { timer_.cancel(); }

private:
    asio::steady_timer timer_; ///< expires when the wait times out; notify() cancels it
};

} // namespace netio
