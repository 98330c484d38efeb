#include "common/address.hpp"

#include "common/platform/platform.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace netio {

using asio::ip::tcp;

std::string to_string(const server_address& address) {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    return fmt::format(fmt::runtime(is_ipv6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

std::vector<tcp::endpoint> resolve(const server_address& address) {
    asio::io_context loop; // the resolver needs one, but does not run it
    std::error_code error;
    tcp::resolver resolver{loop};
    const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
    if (error) {
        throw std::runtime_error(
            fmt::format("cannot resolve {}: {}", address.host, platform::message_of(error)));
    }
    std::vector<tcp::endpoint> endpoints;
    for (const tcp::endpoint endpoint : found) {
        if (std::find(endpoints.begin(), endpoints.end(), endpoint) == endpoints.end()) {
            endpoints.push_back(endpoint);
        }
    }
    return endpoints;
}

std::string to_string(const tcp::endpoint& endpoint) {
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    if (address.is_v4()) { // the server writes one for each client: asio would call snprintf
        const auto bytes = address.to_v4().to_bytes();
        return fmt::format(FMT_COMPILE("{}.{}.{}.{}:{}"), bytes[0], bytes[1], bytes[2], bytes[3],
                           endpoint.port());
    }
    return to_string(server_address{address.to_string(), endpoint.port()});
}

bool is_unusable_here(std::error_code error) {
    return error == asio::error::address_family_not_supported ||
           error == asio::error::network_unreachable ||
           platform::means_address_not_available(error);
}

} // namespace netio
