#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace netio {

/// Cancels a socket's pending operations at a given time, and again in each later
/// iteration of the loop, until this object is destroyed.
///
/// A cancelled operation ends with asio::error::operation_aborted. Destroy this object then:
/// otherwise the loop keeps cancelling without a pause. No data is lost: what a cancelled
/// operation has not read stays in the socket.
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
    std::shared_ptr<asio::steady_timer> timer_; ///< its handler holds a weak pointer to it
};

} // namespace netio
