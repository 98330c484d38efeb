#include "benchmarks/compare.hpp"
#include "common/event_loop.hpp"
#include "common/random/random_sum.hpp"
#include "common/workload.hpp"
#include "tests/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdint>
#include <exception>
#include <system_error>
#include <utility>

// The figures for yielding in docs/how-fast.md come from this benchmark, run by scripts/bench.

namespace {

using netio::random_stream;

/// Awaits the result of @p operation @p times times. Each time, the coroutine is suspended,
/// goes through the event loop's queue, and is resumed.
template <typename Operation>
asio::awaitable<void> repeat(std::uint64_t times, Operation operation) {
    for (std::uint64_t i = 0; i < times; ++i) {
        co_await operation();
    }
}

/// Posts a handler that posts itself again: the event loop's queue without a coroutine.
void repeat_handler(asio::io_context& loop, std::uint64_t times) {
    if (times > 0) {
        asio::post(loop, [&loop, times] { repeat_handler(loop, times - 1); });
    }
}

/// Runs @p task in its own event loop; returns how many handlers the loop has run.
template <typename Task>
double run(Task task) {
    asio::io_context loop{1};
    asio::co_spawn(loop, std::move(task), asio::detached);
    return static_cast<double>(loop.run());
}

/// The same with a loop that also waits for a socket, as those of the programs do. So it asks the
/// system in each iteration, and here each iteration runs one task.
double run_beside_socket(std::uint64_t times) {
    asio::io_context loop{1};
    asio::ip::tcp::acceptor silent{loop, {asio::ip::address_v4::loopback(), 0}};
    silent.async_wait(asio::ip::tcp::acceptor::wait_read, [](std::error_code) {});
    asio::co_spawn(loop, repeat(times, netio::yield_to_event_loop),
                   [&silent](std::exception_ptr) { silent.close(); });
    return static_cast<double>(loop.run());
}

double straight_sum(std::uint64_t n) {
    random_stream stream{1};
    return netio::uniform_sum(n, stream).value();
}

asio::awaitable<void> sum_in_chunks(std::uint64_t n, std::uint64_t chunks, double& result) {
    random_stream stream{1};
    netio::uniform_total total;
    for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) {
        total += netio::uniform_sum(n / chunks, stream);
        co_await netio::yield_to_event_loop();
    }
    result = total.value();
}

double pausing_sum(std::uint64_t n) {
    double result = 0.0;
    run(sum_in_chunks(n, netio::uniform_chunks, result));
    return result;
}

} // namespace

TEST_CASE("yield_to_event_loop") {
    constexpr std::uint64_t times = 10'000;
    compare("one pass through the ready queue of a loop that never asks the system", times, 301,
            {{"co_await asio::post(asio::use_awaitable)",
              [] {
                  return run(repeat(times, [] { return asio::post(asio::use_awaitable); }));
              }},
             {"co_await yield_to_event_loop()",
              [] {
                  return run(repeat(times, netio::yield_to_event_loop));
              }},
             {"asio::post(loop, handler)", [] {
                  asio::io_context loop{1};
                  repeat_handler(loop, times);
                  return static_cast<double>(loop.run());
              }}});
}

TEST_CASE("yield_to_event_loop beside a socket") {
    constexpr std::uint64_t times = 10'000;
    compare("co_await yield_to_event_loop()", times, 301,
            {{"in a loop that never asks the system",
              [] {
                  return run(repeat(times, netio::yield_to_event_loop));
              }},
             {"in a loop that waits for a socket, and asks the system in each iteration", [] {
                  return run_beside_socket(times);
              }}});
}

TEST_CASE("pausing") {
    // Far fewer draws than the clients sum by default, so the pauses weigh more here.
    constexpr std::uint64_t n = 1'000'000'000;
    compare("one uniform draw", n, 31,
            {{"in one go",
              [] {
                  return straight_sum(n);
              }},
             {"in 40 chunks, with yields", [] {
                  return pausing_sum(n);
              }}});
}
