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
/// One thread, the one that runs the loop, accepts, waits and writes; others compute, unless
/// there is too little to hand over. Counterpart of server.py.
class server {
public:
    /// Listens.
    ///
    /// @throws std::exception naming the address, when it cannot listen there, or when the
    ///         computing threads cannot be created.
    server(asio::io_context& loop, const server_options& options);

    /// Abandons what is still being computed. The loop must not run again after that: what
    /// run() has begun is still in it.
    ~server();

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Where it listens, with the port that the system chose if it was 0.
    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// Accepts and serves clients; ends when stop() has been called and the last client is
    /// done.
    asio::awaitable<void> run();

    /// Refuses new connections, but serves those that were accepted.
    void stop();

    /// Clients that have been accepted and have no answer yet.
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
    condition connection_ended_; ///< notified then, and when the server is to stop
    std::set<connection_ptr> connections_;
    std::uint64_t accepted_ = 0;
    bool has_warned_ = false; ///< that connections cannot be accepted
    workplace shared_;        ///< last: its threads end before what they work on goes
};

} // namespace netio
