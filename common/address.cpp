#include "common/address.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>

namespace netio {

std::string to_string(const server_address& address) {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    return fmt::format(fmt::runtime(is_ipv6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

std::vector<asio::ip::tcp::endpoint> resolve(asio::io_context& loop,
                                             const server_address& address) {
    std::error_code error;
    asio::ip::tcp::resolver resolver{loop};
    const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
    if (error) {
        throw std::runtime_error(
            fmt::format("cannot resolve {}: {}", address.host, error.message()));
    }
    return {found.begin(), found.end()};
}

} // namespace netio
