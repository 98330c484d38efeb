#include "common/event_loop.hpp"

#include <asio/error.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace netio {

asio::awaitable<bool> wait_until(asio::ip::tcp::socket& socket,
                                 asio::ip::tcp::socket::wait_type what,
                                 std::chrono::steady_clock::time_point deadline) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer{socket.get_executor(), deadline};

    // `a || b` waits for the first success, so neither side may fail: the errors
    // are redirected. The loser is cancelled, and has ended before `||` returns:
    // nothing that refers to the socket or the timer outlives this coroutine.
    std::error_code wait_error;
    std::error_code timer_error;
    auto ready = socket.async_wait(what, asio::redirect_error(asio::use_awaitable, wait_error));
    auto expired = timer.async_wait(asio::redirect_error(asio::use_awaitable, timer_error));
    const auto first = co_await (std::move(ready) || std::move(expired));
    co_return first.index() == 0 && !wait_error;
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
