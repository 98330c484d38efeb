#pragma once

#include "server/connection.hpp"
#include "server/server_options.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <system_error>

namespace netio {

/// For each connection: sums Gaussian draws, sends the total, closes.
///
/// The thread that runs the loop accepts, waits and writes. Computing threads draw and add,
/// unless the draws are so few that the loop's thread can sum them itself. Counterpart of
/// server.py.
class server {
public:
    /// Starts to listen.
    ///
    /// @throws std::runtime_error naming the address or the trace file, when the server cannot
    ///         listen or write there; std::system_error when the computing threads cannot be
    ///         created.
    server(asio::io_context& loop, const server_options& options);

    /// Abandons all connections and their computations. The loop must not run again after that:
    /// it still holds the coroutines that run() has started.
    ~server();

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Where the server listens. If the port was 0, this is the one that the system chose.
    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// Accepts and serves clients. Returns when stop() has been called and the last connection
    /// has ended.
    asio::awaitable<void> run();

    /// Stops listening. Connections that are still in the backlog are reset; those that have been
    /// accepted are served to the end.
    void stop();

    /// The number of clients that have been accepted but not yet answered.
    [[nodiscard]] std::ptrdiff_t unanswered() const;

private:
    using connection_ptr = std::shared_ptr<connection>;

    void listen();
    void listen_on(const asio::ip::tcp::endpoint& endpoint);
    [[nodiscard]] bool is_stopping() const { return !acceptor_.is_open(); }

    asio::awaitable<void> accept_connections();
    asio::awaitable<void> back_off(std::error_code error);
    void begin_serving(asio::ip::tcp::socket socket, const asio::ip::tcp::endpoint& peer);
    void end_serving(const connection_ptr& client, std::exception_ptr failure);

    asio::io_context& loop_;
    asio::ip::tcp::acceptor acceptor_;
    condition connection_ended_; ///< notified when a connection ends, and by stop()
    std::set<connection_ptr> connections_;
    std::uint64_t accepted_ = 0;
    bool has_warned_ = false; ///< of failing to accept connections
    workplace shared_;        ///< last, so that its threads end before the rest is destroyed
};

} // namespace netio
