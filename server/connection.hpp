#pragma once

#include "server/computation.hpp"
#include "server/computing_threads.hpp"
#include "server/condition.hpp"
#include "server/log.hpp"
#include "server/server_options.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace netio {

/// What all connections of a server share.
struct workplace {
    workplace(asio::io_context& loop, const server_options& what)
        : options{what}
        , trace{what}
        , log{loop, trace}
        , threads{what.threads} {} // discarded is not initialised: it is never read

    server_options options;
    computation_trace trace;
    server_log log;
    std::array<char, 65536> discarded; ///< what clients send: the server needs no input
    bool is_stopping = false;
    computing_threads threads; ///< last, so that they end before the rest is destroyed
};

/// The connection of one client, from accept to close.
///
/// Everything runs on the loop's thread, except compute_total(): it reads what does not change, and
/// is_over_.
class connection : public std::enable_shared_from_this<connection> {
public:
    /// @param peer   the client's address and port, for the log.
    /// @param number how many connections were accepted before this one; selects the seed's
    ///               stream.
    connection(asio::ip::tcp::socket socket, std::string peer, std::uint64_t number,
               workplace& shared);

    /// Computes, answers, and waits for the client to close.
    /// @throws std::system_error when the client resets the connection before its reply is sent.
    asio::awaitable<void> serve();

    /// Called when the server stops: a client that sends nothing gets less time to close.
    void hurry();

    /// Closes the socket, and stops the computation if it is still running.
    void abandon();

    [[nodiscard]] const std::string& peer() const { return peer_; }
    [[nodiscard]] bool is_answered() const { return is_answered_; }

private:
    void begin_watching();
    asio::awaitable<void> watch();
    asio::awaitable<std::size_t> discard(std::size_t most, std::error_code& end);
    asio::awaitable<void> wait_unless_reset(std::chrono::nanoseconds at_most);
    [[nodiscard]] computation compute_total() const;
    asio::awaitable<computation> compute_on_another_thread();
    void answer(double total);
    asio::awaitable<void> close_lingering();
    void close_at(std::chrono::steady_clock::time_point time);

    asio::ip::tcp::socket socket_;
    std::string peer_;
    std::uint64_t number_;
    workplace& shared_;
    condition news_;                    ///< notified of a reset, and of the result
    asio::steady_timer limit_;          ///< when to close the socket: see close_at()
    std::atomic<bool> is_over_ = false; ///< reset or abandoned: stops compute()
    std::exception_ptr failure_;        ///< of watch()
    std::optional<computation> result_; ///< of the computing thread, when it is there
    std::chrono::steady_clock::time_point accepted_at_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point answered_at_{};
    bool is_answered_ = false;     ///< only the client's close is still awaited
    bool client_has_sent_ = false; ///< it may send more, so it gets more time to close
};

} // namespace netio
