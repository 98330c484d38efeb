#pragma once

#include <asio/awaitable.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

namespace netio {

/// Suspends the calling coroutine and puts it at the end of the event loop's queue:
/// everything that is already queued runs first.
///
/// Counterpart of YieldToEventLoop in async_approach.py. It uses post, not dispatch:
/// dispatch may resume the caller immediately, and then no other task gets a turn.
[[nodiscard]] inline asio::awaitable<void> yield_to_event_loop() {
    return asio::post(asio::use_awaitable);
}

/// Suspends the calling coroutine for @p laps laps of the event loop. In each lap, the loop
/// asks the system which sockets are ready, checks which timers have expired, and runs the
/// tasks that waited for them.
///
/// A workaround, not a pattern to copy. It is for a task that computes for a second at a time,
/// and that would otherwise delay the other tasks by another second: yield_to_event_loop()
/// queues the task ahead of those whose sockets the system is about to report as ready. This
/// function waits for a timer that has already expired, and asio's reactors queue expired
/// timers behind ready sockets. A task whose slices are short does not need it. On a virtual
/// machine a lap costs some 20 us, a post() some 40 ns.
[[nodiscard]] asio::awaitable<void> yield_for_laps(int laps);

} // namespace netio
