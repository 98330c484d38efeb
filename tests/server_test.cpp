#include "server/server.hpp"
#include "tests/catch.hpp"
#include "tests/server_support.hpp"

#include <asio/write.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using asio::ip::tcp;
using netio::testing::ask;
using netio::testing::expected_reply;
using netio::testing::result_of;
using netio::testing::results_of;

namespace {

int next_accept_error = 0;

netio::server_options quick_options() {
    netio::server_options options;
    options.address.port = 0;
    options.threads = 1;
    options.samples = 1000;
    options.seed = 1;
    return options;
}

} // namespace

// Takes the place of the system's, for this program: fails once when told to.
extern "C" int accept(int listening, sockaddr* peer, socklen_t* size) {
    if (const int error = std::exchange(next_accept_error, 0)) {
        errno = error;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_accept4, listening, peer, size, 0));
}

TEST_CASE("server: answers with the sum, and closes", "[server]") {
    const std::uint64_t samples = GENERATE(0U, 1U, 100'000U); // on the spot, on a thread
    asio::io_context loop{1};
    auto options = quick_options();
    options.samples = samples;
    netio::server server{loop, options};
    CHECK(result_of(loop, ask(server.endpoint())) == expected_reply(samples, 1));
}

TEST_CASE("server: each connection gets its own stream of the seed's", "[server]") {
    asio::io_context loop{1};
    netio::server server{loop, quick_options()};
    for (std::uint64_t k = 0; k < 3; ++k) {
        CHECK(result_of(loop, ask(server.endpoint())) == expected_reply(1000, 1, k));
    }
    CHECK(expected_reply(1000, 1, 0) != expected_reply(1000, 1, 1));
}

TEST_CASE("server: listens on IPv6 too", "[server]") {
    asio::io_context loop{1};
    auto options = quick_options();
    options.address.host = "::1";
    netio::server server{loop, options};
    CHECK(result_of(loop, ask(server.endpoint())) == expected_reply(1000, 1));
}

TEST_CASE("server: once stopped, the loop has nothing left to do", "[server]") {
    asio::io_context loop{1};
    netio::server server{loop, quick_options()};
    const auto endpoint = server.endpoint();
    SECTION("before any client") {}
    SECTION("after one") {
        CHECK(result_of(loop, ask(endpoint)) == expected_reply(1000, 1));
    }
    server.stop();
    netio::testing::run_to_end(loop);
    CHECK_THROWS_WITH(result_of(loop, ask(endpoint)),
                      Catch::Matchers::StartsWith("Connection refused"));
}

TEST_CASE("server: can be destroyed while it computes", "[server]") {
    asio::io_context loop{1};
    auto options = quick_options();
    options.samples = 1'000'000'000'000'000; // weeks
    tcp::socket running{loop};
    tcp::socket queued{loop};
    {
        netio::server server{loop, options};
        running.connect(server.endpoint());
        queued.connect(server.endpoint());
        for (int i = 0; i < 10; ++i) {
            loop.poll_one(); // some of the way, wherever that is
        }
    }
    SUCCEED("its destructor came back");
}

TEST_CASE("server: survives connections that are aborted before they are accepted", "[server]") {
    // Both errors are of that kind. Two clients wait: there is no news from the
    // system after the first of them, so whoever then waits for news waits for ever.
    next_accept_error = GENERATE(ECONNABORTED, EPROTO);
    asio::io_context loop{1};
    netio::server server{loop, quick_options()};
    std::vector<asio::awaitable<std::string>> clients;
    clients.push_back(ask(server.endpoint()));
    clients.push_back(ask(server.endpoint()));
    CHECK(results_of(loop, std::move(clients)).size() == 2);
    CHECK(next_accept_error == 0);
}

TEST_CASE("server: survives a want of memory for connections", "[server]") {
    next_accept_error = GENERATE(ENOBUFS, ENOMEM, ENFILE);
    asio::io_context loop{1};
    netio::server server{loop, quick_options()};
    CHECK(result_of(loop, ask(server.endpoint())) == expected_reply(1000, 1));
    CHECK(next_accept_error == 0);
}
