// The client in process. What it prints goes to this program's stdout.

#include "async_client/async_client.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <string>

using asio::ip::tcp;
using namespace netio::testing;

namespace {

asio::awaitable<void> answer_once(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

netio::async_client_options small_work(const tcp::endpoint& peer, netio::wait_mode wait) {
    netio::async_client_options options;
    options.address.port = peer.port();
    options.samples = 1000;
    options.allotment = {};
    options.timeout = patience;
    options.wait = wait;
    return options;
}

} // namespace

TEST_CASE("async_client: both tasks finish, with a server in the same loop", "[async_client]") {
    const auto wait = GENERATE(netio::wait_mode::poll, netio::wait_mode::ready);
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::async_client client{loop, small_work(acceptor.local_endpoint(), wait)};
    asio::co_spawn(loop, answer_once(std::move(acceptor), "1.5"), asio::detached);
    CHECK_NOTHROW(client.run());
    CHECK(loop.stopped());
}

TEST_CASE("async_client: the failure of a task is thrown as itself", "[async_client]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::async_client client{loop, small_work(acceptor.local_endpoint(), netio::wait_mode::poll)};
    asio::co_spawn(loop, answer_once(std::move(acceptor), "words"), asio::detached);
    CHECK_THROWS_WITH(client.run(), Catch::Matchers::EndsWith("number: \"words\""));
}

TEST_CASE("async_client: a refusal ends it at once, even while the sum is greedy",
          "[async_client]") {
    asio::io_context loop{1};
    const auto nobody = listen_anywhere(loop).local_endpoint();
    auto options = small_work(nobody, netio::wait_mode::poll);
    options.samples = 1'000'000'000'000'000; // would take days
    options.chunks = options.samples / 1000;
    netio::async_client client{loop, options};
    CHECK_THROWS_WITH(client.run(), Catch::Matchers::StartsWith("cannot connect to "));
}
