#include "common/address.hpp"

#include <asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <system_error>

namespace netio {

std::string to_string(const server_address& address) {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    return fmt::format(fmt::runtime(is_ipv6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

namespace {

/// Whether this machine supports the endpoint's address family: a name may resolve to an IPv6
/// address on a system without IPv6.
bool is_usable(const asio::ip::tcp::endpoint& endpoint) {
    asio::io_context loop{1};
    std::error_code error;
    asio::ip::tcp::socket{loop}.open(endpoint.protocol(), error);
    return error != asio::error::address_family_not_supported;
}

} // namespace

std::vector<asio::ip::tcp::endpoint> resolve(asio::io_context& loop,
                                             const server_address& address) {
    std::error_code error;
    asio::ip::tcp::resolver resolver{loop};
    const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
    if (error) {
        throw std::runtime_error(
            fmt::format("cannot resolve {}: {}", address.host, error.message()));
    }
    std::vector<asio::ip::tcp::endpoint> endpoints{found.begin(), found.end()};
    if (std::any_of(endpoints.begin(), endpoints.end(), is_usable)) {
        std::erase_if(endpoints, std::not_fn(is_usable));
    }
    return endpoints;
}

} // namespace netio
