#pragma once

#include <asio/awaitable.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

namespace netio {

/// Suspends the calling coroutine and puts it at the end of the event loop's queue:
/// everything that is queued already runs first.
///
/// Counterpart of YieldToEventLoop in async_approach.py. It is post and not dispatch:
/// dispatch may resume the caller immediately, and then no other task gets a turn.
[[nodiscard]] inline asio::awaitable<void> yield_to_event_loop() {
    return asio::post(asio::use_awaitable);
}

/// Suspends the calling coroutine for @p laps laps of the event loop. In each, the loop
/// asks the system which sockets are ready and which timers have expired, and runs the
/// tasks that waited for them.
///
/// A workaround, not a shape to copy: it keeps a task that computes for a second at a time
/// from delaying the others by a second more. yield_to_event_loop() would queue it ahead of
/// the tasks that the system is about to report. This is a timer that has expired, and so is
/// reported with them, and behind them: asio's reactors queue sockets before timers. A task
/// whose slices are short has no need of it. On a virtual machine a lap costs some 20 us, a
/// post() 40 ns.
[[nodiscard]] asio::awaitable<void> yield_for_laps(int laps);

} // namespace netio
