#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace netio {

/// Where the server listens and the clients connect.
///
/// Counterpart of SERVER_ADDRESS in server.py.
struct server_address {
    std::string host = "127.0.0.1"; ///< a name, or an IPv4 or IPv6 address
    std::uint16_t port = 8197;      ///< for the server, 0 lets the system choose
};

/// The address in the usual notation: "127.0.0.1:8197", "[::1]:8197".
[[nodiscard]] std::string to_string(const server_address& address);

/// Looks up the host. Blocks until the system has answered.
///
/// @return at least one endpoint, in the order in which to try them. Endpoints of an address
///         family that this machine does not support are left out, unless there are no others.
/// @throws std::runtime_error naming the host, when it cannot be resolved.
[[nodiscard]] std::vector<asio::ip::tcp::endpoint> resolve(asio::io_context& loop,
                                                           const server_address& address);

} // namespace netio
