#pragma once

#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <system_error>
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
/// @return at least one endpoint, in the order in which to try them; none comes twice.
/// @throws std::runtime_error naming the host, when it cannot be resolved.
[[nodiscard]] std::vector<asio::ip::tcp::endpoint> resolve(const server_address& address);

/// The same for an endpoint. A mapped address such as ::ffff:127.0.0.1, under which an IPv6 socket
/// knows an IPv4 connection, is written as the other end knows it: 127.0.0.1.
[[nodiscard]] std::string to_string(const asio::ip::tcp::endpoint& endpoint);

/// Whether an error means that this machine cannot use an address at all: for example, a name has
/// an IPv6 address, and the machine has no IPv6.
[[nodiscard]] bool is_unusable_here(std::error_code error);

} // namespace netio
