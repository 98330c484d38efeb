#include "common/event_loop.hpp"

#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>

#include <cerrno>
#include <memory>
#include <sys/socket.h>
#include <variant>

namespace netio {

asio::awaitable<void> yield_to_whoever_is_ready() {
    for (int lap = 0; lap < 3; ++lap) {
        co_await yield_to_event_loop();
    }
}

asio::awaitable<bool> wait_until(asio::ip::tcp::socket& socket,
                                 asio::ip::tcp::socket::wait_type what,
                                 std::chrono::steady_clock::time_point deadline) {
    // A timer that cancels the wait, rather than two waits joined by `||`: that would
    // have to pass through the loop's queue several times, behind all other work,
    // before the caller went on.
    //
    // The timer's handler may be queued already when the socket gets ready; it must
    // then find out that nobody waits any more. Hence the weak pointer.
    const auto waiting = std::make_shared<std::monostate>();
    asio::steady_timer timer{socket.get_executor(), deadline};
    timer.async_wait([&socket, still = std::weak_ptr{waiting}](std::error_code cancelled) {
        if (!cancelled && !still.expired()) {
            socket.cancel();
        }
    });
    std::error_code error;
    co_await socket.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

std::error_code take_pending_error(asio::ip::tcp::socket& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    return {error, asio::error::get_system_category()};
}

} // namespace netio
