#pragma once

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <system_error>

namespace netio {

/// Suspends the calling coroutine and puts it at the end of the event loop's
/// queue: everything that is ready now gets its turn first.
///
/// Counterpart of YieldToEventLoop in async_approach.py. It is post and not
/// dispatch: dispatch may resume the caller at once, which gives nobody a turn.
[[nodiscard]] inline asio::awaitable<void> yield_to_event_loop() {
    return asio::post(asio::use_awaitable);
}

/// Suspends the calling coroutine until all have had their turn whom the system reports
/// as ready, or whose time is up.
///
/// That takes three laps of the loop: in the first it asks the system, and queues them,
/// behind the caller; in the second they run; in the third those whose waiting they have
/// cancelled, see wait_until().
[[nodiscard]] asio::awaitable<void> yield_to_whoever_is_ready();

/// Suspends the calling coroutine until @p socket is ready or time is up; then all
/// pending operations of the socket are cancelled.
///
/// @return true when it is ready; false at the deadline, or when the socket's
///         pending operations were cancelled.
[[nodiscard]] asio::awaitable<bool> wait_until(asio::ip::tcp::socket& socket,
                                               asio::ip::tcp::socket::wait_type what,
                                               std::chrono::steady_clock::time_point deadline);

/// Takes the error that the system holds for @p socket: how a connect ended, or
/// that the peer has reset the connection. No error when all is well.
[[nodiscard]] std::error_code take_pending_error(asio::ip::tcp::socket& socket);

} // namespace netio
