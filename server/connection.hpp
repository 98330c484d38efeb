#pragma once

#include "server/computation.hpp"
#include "server/computing_threads.hpp"
#include "server/condition.hpp"
#include "server/server_options.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace netio {

/// What all connections of a server share.
struct workplace {
    explicit workplace(const server_options& what)
        : options{what}
        , trace{what}
        , threads{what.threads} {} // discarded is not initialised: it is never read

    server_options options;
    computation_trace trace;
    std::array<char, 65536> discarded; ///< what clients send; the server needs no input
    computing_threads threads;         ///< last: gone before what they work on
};

/// One client of the server, from its connect to its close.
///
/// Everything runs on the loop's thread, but for compute(), which is told by an atomic
/// flag when the client has gone.
class connection : public std::enable_shared_from_this<connection> {
public:
    /// @param number connections accepted before this one: which of the seed's streams it gets.
    connection(asio::ip::tcp::socket socket, const asio::ip::tcp::endpoint& peer,
               std::uint64_t number, workplace& shared);

    /// Computes, answers, and waits for the client to close.
    ///
    /// @throws std::system_error when the client has reset the connection before the answer.
    asio::awaitable<void> serve();

    /// The server is to stop: a client that sends nothing has less time to close.
    void hurry();

    /// Closes, and stops the computation, if it is still running.
    void abandon();

    [[nodiscard]] const asio::ip::tcp::endpoint& peer() const { return peer_; }
    [[nodiscard]] bool is_answered() const { return is_answered_; }

private:
    void watch_for_reset();
    void stop_watching();
    void discard_urgent_data();
    asio::awaitable<void> wait_for_news(std::chrono::nanoseconds at_most);
    asio::awaitable<void> compute_total();
    asio::awaitable<void> answer();
    asio::awaitable<void> close_lingering();

    asio::ip::tcp::socket socket_;
    asio::ip::tcp::endpoint peer_;
    std::uint64_t number_;
    workplace& shared_;
    asio::steady_timer watch_;          ///< used where the system does not report a reset
    condition news_;                    ///< the client has gone, or the result is there
    std::atomic<bool> is_gone_ = false; ///< the total is no longer needed
    computation result_;                ///< once there is one
    bool is_answered_ = false;          ///< only the client's close is still awaited
    bool is_hurried_ = false;
};

} // namespace netio
