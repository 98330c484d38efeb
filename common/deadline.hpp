#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace netio {

/// Cancels what a socket is doing, once a given time has come, for as long as this
/// object lives.
///
/// The operation that is cancelled ends with asio::error::operation_aborted: destroy this
/// object then, or the loop goes on cancelling without a pause. An operation that has all it
/// needs is no longer pending, and not affected: what has come in time is not lost.
class deadline {
public:
    /// @param socket must outlive this object.
    deadline(asio::ip::tcp::socket& socket, std::chrono::steady_clock::time_point at);

    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    [[nodiscard]] bool has_passed() const { return std::chrono::steady_clock::now() >= at_; }

private:
    static void cancel_when_due(asio::ip::tcp::socket& socket,
                                const std::shared_ptr<asio::steady_timer>& timer);

    std::chrono::steady_clock::time_point at_;
    std::shared_ptr<asio::steady_timer> timer_; ///< shared, so that its handler can watch it
};

} // namespace netio
