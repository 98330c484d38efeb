#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdint>

namespace netio {

/// Starts a task on @p loop. If the task fails, the loop's run() throws its exception.
void spawn(asio::io_context& loop, asio::awaitable<void> task);

/// Suspends the calling coroutine and puts it at the end of the event loop's queue:
/// everything that is already queued runs first.
///
/// Counterpart of YieldToEventLoop in async_approach.py. It uses post, not dispatch:
/// dispatch may resume the caller immediately, and then no other task gets a turn.
[[nodiscard]] inline asio::awaitable<void> yield_to_event_loop() {
    return asio::post(asio::use_awaitable);
}

/// Suspends the calling coroutine until all other tasks that are ready have run, even those of
/// which the system has yet to tell the loop (on Windows, if it tells the loop in time).
///
/// It serves the bound that async_client prints: that a reply lies unnoticed for no longer than
/// one slice of its sum. In your own program, write `co_await yield_to_event_loop()` instead, and
/// keep the slices so short that a reply may wait for two of them.
///
/// @param sockets at most so many have become ready since the loop last asked the system.
[[nodiscard]] asio::awaitable<void> let_others_run(std::uint64_t sockets = 1);

} // namespace netio
