#include "common/deadline.hpp"

#include <system_error>

namespace netio {

deadline::deadline(asio::ip::tcp::socket& socket, std::chrono::steady_clock::time_point at)
    : at_{at}
    , timer_{std::make_shared<asio::steady_timer>(socket.get_executor(), at)} {
    cancel_when_due(socket, timer_);
}

void deadline::cancel_when_due(asio::ip::tcp::socket& socket,
                               const std::shared_ptr<asio::steady_timer>& timer) {
    // The handler may already be queued when the deadline object and its socket are destroyed.
    // The weak pointer tells the handler that the timer no longer exists.
    timer->async_wait([&socket, weak = std::weak_ptr{timer}](std::error_code cancelled) {
        const auto still_there = weak.lock();
        if (cancelled || !still_there) {
            return;
        }
        std::error_code not_open; // the socket may be between two attempts to connect
        socket.cancel(not_open);
        // cancel() reaches only an operation that is pending now. async_read() to the end of the
        // stream, for example, takes several steps. Between two steps the cancellation would be
        // lost, and the coroutine would wait for ever. So cancel again, in each iteration of the
        // loop.
        cancel_when_due(socket, still_there);
    });
}

} // namespace netio
