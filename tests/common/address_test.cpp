#include "common/address.hpp"
#include "tests/catch.hpp"

#include <asio/io_context.hpp>

#include <cstdint>
#include <stdexcept>

using netio::server_address;

TEST_CASE("address: the default is the original's", "[address]") {
    CHECK(to_string(server_address{}) == "127.0.0.1:8197");
}

TEST_CASE("address: an IPv6 address is put in brackets", "[address]") {
    CHECK(to_string(server_address{"::1", 80}) == "[::1]:80");
    CHECK(to_string(server_address{"localhost", 80}) == "localhost:80");
}

TEST_CASE("address: an endpoint, with an IPv4 address as such even on IPv6", "[address]") {
    const auto text_of = [](const char* address, std::uint16_t port) {
        return netio::to_string(asio::ip::tcp::endpoint{asio::ip::make_address(address), port});
    };
    CHECK(text_of("192.0.2.255", 65535) == "192.0.2.255:65535");
    CHECK(text_of("::ffff:192.0.2.255", 0) == "192.0.2.255:0");
    CHECK(text_of("2001:db8::1", 1) == "[2001:db8::1]:1");
}

TEST_CASE("address: numeric hosts resolve to themselves", "[address]") {
    const auto endpoints = netio::resolve({"127.0.0.1", 8197});
    REQUIRE(endpoints.size() == 1);
    CHECK(endpoints.front() == asio::ip::tcp::endpoint{asio::ip::make_address("127.0.0.1"), 8197});
    CHECK(netio::resolve({"::1", 1}).front().address() == asio::ip::make_address("::1"));
}

TEST_CASE("address: an unknown host is an error that names it", "[address]") {
    // A label of more than 63 characters is in no name service: none is asked.
    const std::string host(64, 'x');
    CHECK_THROWS_WITH(netio::resolve({host, 8197}),
                      Catch::Matchers::StartsWith("cannot resolve " + host));
}

TEST_CASE("address: an address that this machine does not have is unusable here", "[address]") {
    asio::io_context loop{1};
    asio::ip::tcp::acceptor acceptor{loop, asio::ip::tcp::v4()};
    std::error_code error;
    acceptor.bind({asio::ip::make_address("192.0.2.1"), 0}, error); // for documentation only
    CHECK(error);
    CHECK(netio::is_unusable_here(error));
    CHECK_FALSE(netio::is_unusable_here(asio::error::address_in_use));
}
