#pragma once

#include "common/address.hpp"
#include "common/client/run_record.hpp"
#include "common/deadline.hpp"
#include "common/reply.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace netio {

/// Where the server is, and how long it may take to answer.
struct server_to_ask {
    server_address address;                         ///< as the user wrote it, for messages
    std::vector<asio::ip::tcp::endpoint> endpoints; ///< what it resolves to; tried in this order
    std::chrono::nanoseconds timeout;               ///< from the connect to the end of the reply
};

/// One request while it is under way: its socket, its deadline, the reply so far.
///
/// If this object is destroyed, or the process killed, before the reply is complete, the connection
/// is reset. So the server stops computing.
class request {
public:
    /// Starts the timeout. @p server and @p record must outlive this object.
    request(const asio::any_io_executor& executor, const server_to_ask& server,
            request_record& record);
    ~request();

    request(const request&) = delete;
    request& operator=(const request&) = delete;

    [[nodiscard]] asio::ip::tcp::socket& socket() { return socket_; }
    /// What an attempt to connect that has ended with @p error has really come to.
    [[nodiscard]] std::error_code outcome_of_connecting(std::error_code error);

    /// Where the reply is stored. The limit is one byte more than a reply may have, so a full
    /// buffer means that the reply is too long.
    [[nodiscard]] auto buffer() { return asio::dynamic_buffer(text_, max_reply_size + 1); }

    /// Reads what the system has received so far, without waiting.
    /// @return asio::error::eof at the end of the reply; no error if the reply is too long;
    ///         would_block while more may come, or timed_out in its place after the deadline;
    ///         otherwise the read error.
    [[nodiscard]] std::error_code read_available();

    /// The server's number. If the deadline has ended reading, reads first what has come in time.
    /// The connection is then no longer reset when this object is destroyed.
    /// @param end how reading the reply ended; eof is the one error that means success.
    /// @throws std::runtime_error naming the address, if reading ended in another way, or the
    ///         reply is not one finite number.
    [[nodiscard]] double reply(std::error_code end);

private:
    friend asio::awaitable<void> connect(request& pending);
    friend asio::awaitable<std::error_code> read_to_end(request& pending);

    [[nodiscard]] bool is_late() const { return deadline_.has_passed(); }
    [[nodiscard]] std::error_code open(const asio::ip::tcp& protocol);
    void finish_connecting(std::error_code error);
    [[nodiscard]] std::intptr_t handle(); ///< of the socket, for platform.hpp
    [[noreturn]] void throw_timed_out() const;

    const server_to_ask& server_;
    request_record& record_;
    asio::ip::tcp::socket socket_;
    deadline deadline_;
    std::string text_;
    bool complete_ = false;
};

// These coroutines take the request by reference: the caller must keep it until they have ended.

/// Connects to the first of the server's endpoints that accepts.
/// @throws std::runtime_error naming the address, if none does, or the time is up.
[[nodiscard]] asio::awaitable<void> connect(request& pending);

/// Reads to the end of the stream, as one would in any program.
/// @return how reading ended: asio::error::eof after the last byte; no error if the reply is
///         too long; operation_aborted after the deadline; otherwise the read error.
[[nodiscard]] asio::awaitable<std::error_code> read_to_end(request& pending);

/// Asks the server for its number: connects, reads to the end of the stream, parses.
/// @param record what became of the request; must outlive this coroutine.
/// @throws std::runtime_error naming the address, if there is no connection, the connection
///         is lost, the reply is not one finite number, or the timeout has passed.
[[nodiscard]] asio::awaitable<double> ask(server_to_ask server, request_record& record);

} // namespace netio
