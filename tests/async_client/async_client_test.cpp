// The client, run in this process. Its output goes to this program's stdout.

#include "async_client/async_client.hpp"
#include "common/event_loop.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

using asio::ip::tcp;
using namespace netio::testing;
using Catch::Generators::values;
using netio::wait_mode;

namespace {

const std::initializer_list<wait_mode> modes{wait_mode::poll, wait_mode::ready,
                                             wait_mode::completion};

asio::awaitable<void> answer_once(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

/// Answers @p left connections, all that have come when no more come; notes how many there were
/// at most.
asio::awaitable<void> answer_in_batches(tcp::acceptor acceptor, std::size_t left,
                                        std::size_t& most) {
    acceptor.non_blocking(true);
    while (left > 0) {
        std::vector<tcp::socket> batch;
        batch.push_back(co_await acceptor.async_accept(asio::use_awaitable));
        for (int turn = 0; turn < 20; ++turn) { // a connection beyond the limit would come now
            co_await netio::yield_to_event_loop();
            std::error_code none;
            tcp::socket next{acceptor.get_executor()};
            acceptor.accept(next, none);
            if (!none) {
                batch.push_back(std::move(next));
            }
        }
        most = std::max(most, batch.size());
        left -= batch.size();
        for (auto& socket : batch) {
            co_await asio::async_write(socket, asio::buffer("1.5", 3), asio::use_awaitable);
        }
    }
}

netio::async_client_options small_work(wait_mode wait) {
    netio::async_client_options options;
    options.samples = 1000;
    options.allotment = {};
    options.wait = wait;
    options.timeline = true; // so that the run is recorded
    return options;
}

netio::server_to_ask server_at(std::vector<tcp::endpoint> endpoints) {
    return {{"127.0.0.1", endpoints.front().port()}, std::move(endpoints), patience};
}

} // namespace

TEST_CASE("async_client: both tasks finish, with a server in the same loop", "[async_client]") {
    const auto wait = GENERATE(values(modes));
    netio::run_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::async_client client{small_work(wait), server_at({acceptor.local_endpoint()}), record};
    asio::co_spawn(loop, answer_once(std::move(acceptor), "1.5"), asio::detached);
    CHECK_NOTHROW(client.run(loop));
    CHECK(loop.stopped());
    CHECK(record.requests.size() == 1);
    CHECK(record.requests.front().has_ended());
}

TEST_CASE("async_client: the next endpoint is tried when one refuses", "[async_client]") {
    const auto wait = GENERATE(values(modes));
    netio::run_record record;
    asio::io_context loop{1};
    const auto refusing = listen_anywhere(loop).local_endpoint(); // closed again
    auto acceptor = listen_anywhere(loop);
    const auto server = server_at({refusing, acceptor.local_endpoint()});
    netio::async_client client{small_work(wait), server, record};
    asio::co_spawn(loop, answer_once(std::move(acceptor), "1.5"), asio::detached);
    CHECK_NOTHROW(client.run(loop));
}

TEST_CASE("async_client: run() throws a failed task's exception", "[async_client]") {
    const auto wait = GENERATE(values(modes));
    netio::run_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::async_client client{small_work(wait), server_at({acceptor.local_endpoint()}), record};
    asio::co_spawn(loop, answer_once(std::move(acceptor), "words"), asio::detached);
    CHECK_THROWS_WITH(client.run(loop), Catch::Matchers::EndsWith("number: \"words\""));
    CHECK(record.requests.front().failed);
}

TEST_CASE("async_client: a refused connection ends the client, although the sum would take days",
          "[async_client]") {
    auto options = small_work(GENERATE(values(modes)));
    options.samples = 1'000'000'000'000'000; // would take days
    options.chunks = options.samples / 1000;
    netio::run_record record;
    asio::io_context loop{1};
    const auto refusing = listen_anywhere(loop).local_endpoint();
    netio::async_client client{options, server_at({refusing}), record};
    CHECK_THROWS_WITH(client.run(loop), Catch::Matchers::StartsWith("cannot connect to "));
}

TEST_CASE("async_client: slices and requests are recorded only for --timeline and --trace",
          "[async_client]") {
    auto options = small_work(wait_mode::poll);
    options.timeline = GENERATE(false, true);
    netio::run_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::async_client client{options, server_at({acceptor.local_endpoint()}), record};
    asio::co_spawn(loop, answer_once(std::move(acceptor), "1.5"), asio::detached);
    CHECK_NOTHROW(client.run(loop));
    CHECK(record.slices.size() == (options.timeline ? 41 : 0));
    CHECK(record.requests.size() == (options.timeline ? 1 : 0));
}

TEST_CASE("async_client: no more requests are under way than --at-once says", "[async_client]") {
    auto options = small_work(GENERATE(values(modes)));
    options.requests = 7;
    options.at_once = 3;
    netio::run_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::async_client client{options, server_at({acceptor.local_endpoint()}), record};
    std::size_t most = 0;
    asio::co_spawn(loop, answer_in_batches(std::move(acceptor), 7, most), asio::detached);
    CHECK_NOTHROW(client.run(loop));
    CHECK(record.requests.size() == 7);
    CHECK(most == 3);
}

TEST_CASE("async_client: chunks of every size add up to all samples", "[async_client]") {
    auto options = small_work(wait_mode::poll);
    options.samples = GENERATE(0U, 1U, 39U, 40U, 41U, 1000U);
    options.chunks = GENERATE(1U, 40U);
    netio::run_record record;
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::async_client client{options, server_at({acceptor.local_endpoint()}), record};
    asio::co_spawn(loop, answer_once(std::move(acceptor), "1.5"), asio::detached);
    CHECK_NOTHROW(client.run(loop));
    // The time allotment is zero, so each chunk is a slice. An empty slice follows the last.
    const auto chunk = (options.samples + options.chunks - 1) / options.chunks;
    const auto chunks = options.samples == 0 ? 0 : (options.samples + chunk - 1) / chunk;
    CHECK(record.slices.size() == chunks + 1);
}
