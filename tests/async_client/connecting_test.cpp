// The client, run in this process, while servers do not answer its attempts to connect.

#include "async_client/async_client.hpp"
#include "tests/catch.hpp"
#include "tests/programs/client_faults.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <vector>

using namespace netio::testing;
using namespace std::chrono_literals;
using netio::wait_mode;

TEST_CASE("async_client: a connect is given up at the next pause, with one endpoint or several",
          "[async_client]") {
    netio::async_client_options options;
    options.samples = 1'000'000'000'000'000; // would take days
    options.chunks = options.samples / 1000;
    options.allotment = 50ms;
    options.timeline = true; // so that the slices are recorded
    options.wait = GENERATE(wait_mode::poll, wait_mode::ready, wait_mode::completion);
    const std::size_t endpoints = GENERATE(1U, 3U);

    netio::run_record record;
    asio::io_context loop{1};
    std::list<full_backlog> servers;
    std::vector<asio::ip::tcp::endpoint> silent;
    while (servers.size() < endpoints) {
        silent.push_back(servers.emplace_back(loop).acceptor.local_endpoint());
    }
    const netio::server_to_ask server{{"127.0.0.1", silent.front().port()}, silent, 20ms};
    netio::async_client client{options, server, record};
    CHECK_THROWS_WITH(client.run(loop), Catch::Matchers::EndsWith("within the timeout of 20.00ms"));
    // The request begins at the first pause. Its time is up before the second.
    CHECK(record.slices.size() <= 2);
}
