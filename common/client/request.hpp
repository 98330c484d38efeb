#pragma once

#include "common/address.hpp"
#include "common/client/run_record.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

namespace netio {

/// One request to the server, as an operation that never blocks: connect, read
/// to the end of the stream, understand the number.
///
/// What to do while the answer is not there is the caller's affair:
///
///     while (!request.advance()) {
///         co_await request.ready_or_expired();
///     }
///     use(request.reply());
class request {
public:
    /// @param name      for the record of it.
    /// @param endpoints where the server may be; tried in this order.
    /// @param timeout   for the whole request, counted from now.
    request(asio::io_context& loop, std::string name, server_address address,
            std::vector<asio::ip::tcp::endpoint> endpoints, std::chrono::nanoseconds timeout);

    /// Gets as far as it can without waiting.
    ///
    /// @return true once the whole reply is there, false if that takes longer.
    /// @throws std::runtime_error naming the address: no connection, connection
    ///         lost, not one number, or time is up.
    [[nodiscard]] bool advance();

    /// Suspends the caller, after advance() has returned false, until it can get
    /// further, or time is up.
    [[nodiscard]] asio::awaitable<void> ready_or_expired();

    /// The server's number; only after advance() has returned true.
    [[nodiscard]] double reply() const { return reply_; }

    /// Remembers every look, not only the last: there may be millions.
    void record_all_looks() { records_all_looks_ = true; }

    /// What became of it, and when.
    [[nodiscard]] const request_record& record() const { return record_; }

private:
    [[nodiscard]] bool connect();
    [[nodiscard]] std::error_code start_connecting();
    [[nodiscard]] bool read_to_end();
    [[nodiscard]] double understand() const;

    server_address address_;
    std::vector<asio::ip::tcp::endpoint> endpoints_; ///< the first is tried, or was reached
    std::chrono::nanoseconds timeout_;
    std::chrono::steady_clock::time_point deadline_;
    asio::ip::tcp::socket socket_;
    bool connected_ = false;
    std::string text_; ///< what has come so far
    double reply_ = 0.0;
    request_record record_;
    bool records_all_looks_ = false;
};

} // namespace netio
