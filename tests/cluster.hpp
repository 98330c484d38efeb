#pragma once

#include "tests/process.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace netio::testing {

/// The path of HAProxy on this machine; empty if it is missing.
[[nodiscard]] std::string find_haproxy();

/// HAProxy, configured by docs/haproxy.cfg, in front of servers on the loopback interface.
///
/// HAProxy listens on a socket that this program has opened: the system chooses the port, and
/// clients can connect immediately.
class balancer {
public:
    /// @param ports the servers' ports. HAProxy calls the servers s1, s2, ...
    explicit balancer(const std::vector<std::string>& ports);
    ~balancer();

    balancer(const balancer&) = delete;
    balancer& operator=(const balancer&) = delete;

    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return listener_.local_endpoint(); }
    [[nodiscard]] std::string port() const { return std::to_string(endpoint().port()); }

    /// Sends HAProxy a command and returns the answer.
    ///
    /// @throws std::system_error when HAProxy does not listen (yet).
    std::string say(const std::string& command) const;

    /// A row of `show stat`, by the names of its columns: a server's, or "BACKEND".
    [[nodiscard]] std::map<std::string, std::string> state(const std::string& server) const;
    [[nodiscard]] std::uint64_t count(const std::string& server, const std::string& column) const;

private:
    asio::io_context loop_{1};
    asio::ip::tcp::acceptor listener_;
    std::filesystem::path folder_;
    std::unique_ptr<process> haproxy_;
};

} // namespace netio::testing
