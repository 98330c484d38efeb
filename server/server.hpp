#pragma once

#include "server/connection.hpp"
#include "server/server_options.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace netio {

/// For each connection: sums Gaussian draws, sends the total, closes.
///
/// The thread that runs the loop accepts, waits and writes. Computing threads draw and add, unless
/// the draws are few. Counterpart of server.py.
class server {
public:
    /// Starts to listen on every address to which the host resolves.
    /// @throws std::runtime_error when it cannot listen there (naming the address), write the trace
    ///         (naming the file) or create the computing threads.
    server(asio::io_context& loop, const server_options& options);

    /// Abandons all connections and their computations. The loop, which still holds the coroutines
    /// that run() has started, must not run again.
    ~server();

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Where the server listens: at least one endpoint, all with the same port.
    [[nodiscard]] const auto& endpoints() const { return endpoints_; }

    /// Accepts and serves clients. Returns when stop() has been called and the last connection
    /// has ended.
    asio::awaitable<void> run();

    /// Stops listening. Connections that are still in the backlog are reset; those that have been
    /// accepted are served to the end.
    void stop();

    /// The number of clients that have been accepted but not yet answered.
    [[nodiscard]] std::ptrdiff_t unanswered() const;

    [[nodiscard]] bool has_connections() const { return !connections_.empty(); }

private:
    using connection_ptr = std::shared_ptr<connection>;

    void listen();
    [[nodiscard]] std::error_code listen_on(const std::vector<asio::ip::tcp::endpoint>& endpoints);
    void listen_on(asio::ip::tcp::endpoint endpoint);

    [[nodiscard]] bool is_full() const {
        return connections_.size() >= shared_.options.max_connections;
    }
    asio::awaitable<void> accept_connections(asio::ip::tcp::acceptor& acceptor);
    asio::awaitable<void> back_off(std::error_code error);
    void begin_serving(asio::ip::tcp::socket socket, std::string peer);
    void end_serving(const connection_ptr& client, std::exception_ptr failure);

    asio::io_context& loop_;
    std::list<asio::ip::tcp::acceptor> acceptors_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    condition connection_ended_; ///< there is room for another; also notified by stop()
    condition all_ended_;        ///< run() may return
    std::set<connection_ptr> connections_;
    std::uint64_t accepted_ = 0;
    std::size_t accepting_ = 0; ///< how many listeners still accept
    bool has_warned_ = false;   ///< of failing to accept connections
    workplace shared_;          ///< last, so that its threads end before the rest is destroyed
};

} // namespace netio
