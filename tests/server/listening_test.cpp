#include "server/server.hpp"
#include "tests/catch.hpp"
#include "tests/server_support.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <cerrno>
#include <dlfcn.h>
#include <netdb.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

// A server whose host has two addresses.

using asio::ip::tcp;
using namespace std::chrono_literals;
using namespace netio::testing;

namespace {

/// Which call of bind() must fail, counted from 1; with which error.
struct {
    int failing = 0;
    int error = 0;
    int calls = 0;
} binding;

constexpr std::string_view two_addresses = "two-addresses.invalid";

netio::server_options on_two_addresses() {
    netio::server_options options;
    options.address = {std::string{two_addresses}, 0};
    options.threads = 1;
    options.samples = 1000;
    options.seed = 1;
    return options;
}

} // namespace

// These replace the system's functions in this program.

extern "C" int bind(int descriptor, const sockaddr* address, socklen_t size) {
    if (++binding.calls == binding.failing) {
        errno = binding.error;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_bind, descriptor, address, size));
}

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints,
                           addrinfo** found) {
    static const auto resolve =
        reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (host == nullptr || host != two_addresses) {
        return resolve(host, service, hints, found);
    }
    const int first = resolve("127.0.0.1", service, hints, found);
    return first != 0 ? first : resolve("::1", service, hints, &(*found)->ai_next);
}

TEST_CASE("server: listens on both addresses of its host, with one port", "[server]") {
    if (!has_ipv6()) {
        WARN("not tested, as there is no IPv6 here");
        return;
    }
    // The system's choice for the first address may be in use at the second: it must choose again.
    binding = {GENERATE(0, 2), EADDRINUSE};
    asio::io_context loop{1};
    netio::server server{loop, on_two_addresses()};
    CHECK(binding.calls == (binding.failing == 0 ? 2 : 4));
    REQUIRE(server.endpoints().size() == 2);
    CHECK(server.endpoints()[0].port() == server.endpoints()[1].port());
    asio::co_spawn(loop, server.run(), asio::detached);
    CHECK(result_of(loop, ask(server.endpoints()[0])) == expected_reply(1000, 1, 0));
    CHECK(result_of(loop, ask(server.endpoints()[1])) == expected_reply(1000, 1, 1));
}

TEST_CASE("server: an address that this machine does not have is left out", "[server]") {
    const int failing = GENERATE(1, 2);
    if (failing == 1 && !has_ipv6()) {
        WARN("not tested, as there is no IPv6 here");
        return;
    }
    binding = {failing, EADDRNOTAVAIL};
    asio::io_context loop{1};
    netio::server server{loop, on_two_addresses()};
    REQUIRE(server.endpoints().size() == 1);
    asio::co_spawn(loop, server.run(), asio::detached);
    SECTION("and the other serves") {
        CHECK(result_of(loop, ask(server.endpoints().front())) == expected_reply(1000, 1));
    }
    SECTION("and no accept fails there, to be tried again later") {
        loop.poll();
        server.stop();
        loop.poll();
        CHECK(loop.stopped()); // it has nothing left to do
    }
}

TEST_CASE("server: --max-connections counts the clients of both addresses", "[server]") {
    if (!has_ipv6()) {
        WARN("not tested, as there is no IPv6 here");
        return;
    }
    binding = {};
    auto options = on_two_addresses();
    options.max_connections = 1;
    options.delay = 50ms;
    asio::io_context loop{1};
    netio::server server{loop, options};
    asio::co_spawn(loop, server.run(), asio::detached);
    std::vector<tcp::socket> clients;
    for (const auto& endpoint : server.endpoints()) {
        clients.emplace_back(loop).connect(endpoint);
    }
#if defined(NETIO_USES_EPOLL) // otherwise this may be too early
    loop.poll();
    CHECK(server.unanswered() == 1);
#endif
    for (auto& client : clients) {
        CHECK(is_reply(result_of(loop, read_to_end(std::move(client)))));
    }
}
