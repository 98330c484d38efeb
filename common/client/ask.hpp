#pragma once

#include "common/client/request.hpp"

#include <asio/awaitable.hpp>

#include <functional>
#include <system_error>

namespace netio {

/// Reads the reply of a request whose connection has been made.
///
/// @return how reading ended: asio::error::eof after the last byte; no error if the reply is
///         too long; operation_aborted or timed_out after the deadline; otherwise the read
///         error, such as connection_reset.
using reply_reader = std::function<asio::awaitable<std::error_code>(request&)>;

/// The default reader: one asio::async_read() to the end of the stream.
[[nodiscard]] asio::awaitable<std::error_code> read_to_end(request& pending);

/// Asks the server for its number: connects, reads to the end of the stream, parses.
///
/// One deadline covers all these steps. A request that is given up resets its connection.
///
/// @param record what became of the request; must outlive this coroutine.
/// @param read   how the reply is read.
/// @throws std::runtime_error naming the address, if there is no connection, the connection
///         is lost, the reply is not one finite number, or the timeout has passed.
[[nodiscard]] asio::awaitable<double> ask(server_to_ask server, request_record& record,
                                          reply_reader read = read_to_end);

} // namespace netio
