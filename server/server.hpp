#pragma once

#include "common/program/command_line.hpp"
#include "common/time_span.hpp"
#include "common/trace.hpp"
#include "server/computing_threads.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>

namespace netio {

struct server_options : shared_options {
    server_options();

    std::uint64_t threads;                ///< computing threads: all cores, unless told otherwise
    std::chrono::nanoseconds delay{0};    ///< wait this long before computing
    std::uint64_t max_connections = 1024; ///< served at once; more wait in the backlog
};

/// @throws usage_error, or help_requested.
[[nodiscard]] server_options parse_server_options(int argc, const char* const* argv);

/// Sums Gaussian draws for whoever connects, answers with the number, closes.
///
/// One thread, the one that runs the loop, accepts, waits and writes; others
/// compute, unless there is too little to hand over. Counterpart of server.py.
class server {
public:
    /// Listens and begins to serve; the loop then runs until the server has been stopped.
    ///
    /// @throws std::exception naming the address, when it cannot listen there, or
    ///         when the computing threads cannot be created.
    server(asio::io_context& loop, const server_options& options);

    /// Abandons what is still being computed.
    ~server();

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Where it listens, with the port that the system chose if it was 0.
    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// Refuses new connections, but serves those that were accepted; when the last
    /// is done, the loop has nothing left to do. The first SIGINT or SIGTERM calls
    /// it; the second makes the loop's run() throw.
    void stop();

private:
    /// A sum, and by which thread it was computed and when.
    struct computation {
        double total = 0.0;
        time_span span;
        std::uint64_t thread = 0;
    };

    /// What the server keeps of a client while it serves it.
    struct connection {
        asio::ip::tcp::socket socket;
        asio::ip::tcp::endpoint peer;
        std::uint64_t number;           ///< connections accepted before it
        asio::steady_timer wake_up;     ///< cancelled when there is news for serve()
        std::atomic<bool> gone = false; ///< nobody wants the total any more
        computation result;             ///< once there is one
        bool answered = false;          ///< only its close is still awaited
    };
    using connection_ptr = std::shared_ptr<connection>;

    // server.cpp
    void listen();
    void listen_on(const asio::ip::tcp::endpoint& endpoint);
    void stop_on_signal();
    [[nodiscard]] bool stopping() const { return !acceptor_.is_open(); }

    asio::awaitable<void> run();
    asio::awaitable<void> accept_connections();
    asio::awaitable<void> back_off(std::error_code error);
    void begin_serving(asio::ip::tcp::socket socket, const asio::ip::tcp::endpoint& peer);
    void end_serving(const connection_ptr& client, std::exception_ptr failure);

    static constexpr auto forever = std::chrono::steady_clock::duration::max();
    /// Suspends the calling coroutine until somebody cancels the timer, or time is up.
    static asio::awaitable<void> wait_for(asio::steady_timer& timer,
                                          std::chrono::steady_clock::duration at_most);

    // connection.cpp
    asio::awaitable<void> serve(connection_ptr client);
    static void watch_for_reset(const connection_ptr& client);
    asio::awaitable<void> wait_for_wake_up(connection_ptr client,
                                           std::chrono::steady_clock::duration at_most);
    asio::awaitable<void> compute(connection_ptr client);
    [[nodiscard]] computation sum_for(const connection& client) const;
    void trace_computation(const connection& client);
    asio::awaitable<void> answer(connection_ptr client);
    asio::awaitable<void> close_lingering(connection_ptr client);

    asio::io_context& loop_;
    server_options options_;
    asio::ip::tcp::acceptor acceptor_;
    asio::signal_set signals_;
    asio::steady_timer connection_ended_; ///< cancelled then, and when the server is to stop
    std::set<connection_ptr> connections_;
    std::uint64_t accepted_ = 0;
    bool complained_ = false;           ///< that connections cannot be accepted
    std::array<char, 65536> discarded_; ///< for what clients send: nobody reads it
    std::optional<trace_file> trace_;
    std::set<std::uint64_t> traced_threads_; ///< those that the trace knows by name
    computing_threads threads_;              ///< last: gone before what they work on
};

} // namespace netio
