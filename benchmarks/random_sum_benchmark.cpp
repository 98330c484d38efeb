#include "common/event_loop.hpp"
#include "common/random/random_kernels.hpp"
#include "common/random/random_sum.hpp"
#include "common/workload.hpp"
#include "tests/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

// What the README says about speed comes from here: scripts/bench

namespace {

using netio::random_stream;

/// A piece of work that is timed. It returns something that depends on all that it
/// computes, lest the compiler leaves some of it out.
struct contender {
    std::string name;
    std::function<double()> work;
};

/// The processor time that this program has used: unlike the time on the clock, it
/// leaves out what other programs had the core for, which favours short runs.
double nanoseconds_used() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double nanoseconds_of(const contender& one) {
    const double start = nanoseconds_used();
    [[maybe_unused]] static volatile double result = 0.0;
    result = one.work();
    return nanoseconds_used() - start;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Times the contenders, each by itself, with Catch2, which reports the deviations,
/// too. Then prints the time per operation and how it compares with the first one's.
///
/// For that table they run in turn, round by round and every other round backwards,
/// so that a change of the core's clock rate concerns all of them alike. Its columns
/// are medians, the last of each round's ratio.
///
/// @param operations how many one call of a contender's work does.
void compare(const char* operation, std::uint64_t operations, int rounds,
             const std::vector<contender>& contenders) {
    for (const auto& one : contenders) {
        BENCHMARK(std::string{one.name}) {
            return one.work();
        };
    }
    std::vector<std::vector<double>> times(contenders.size());
    std::vector<std::vector<double>> ratios(contenders.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const auto turn = round % 2 == 0 ? i : contenders.size() - 1 - i;
            times[turn].push_back(nanoseconds_of(contenders[turn]));
        }
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            ratios[i].push_back(times[0].back() / times[i].back());
        }
    }
    fmt::print("\n{:<44} {:>12} {:>14}\n", operation, "nanoseconds", "times as fast");
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        fmt::print("{:<44} {:>12.4f} {:>14.4g}\n", contenders[i].name,
                   median(times[i]) / static_cast<double>(operations), median(ratios[i]));
    }
}

/// The standard library's way to draw and add.
template <typename Distribution>
double standard_sum(std::uint64_t n) {
    std::mt19937_64 engine{1}; // seeded anew each time: a thousandth of the cost
    Distribution distribution;
    double total = 0.0;
    for (std::uint64_t i = 0; i < n; ++i) {
        total += distribution(engine);
    }
    return total;
}

constexpr std::uint64_t draws = 1'000'000; // for which a millisecond is 1 ns per draw

/// Awaits what @p operation returns, that many times: each time the coroutine is
/// suspended, goes through the event loop's queue, and is resumed.
template <typename Operation>
asio::awaitable<void> repeat(std::uint64_t times, Operation operation) {
    for (std::uint64_t i = 0; i < times; ++i) {
        co_await operation();
    }
}

/// A handler that posts itself again: the event loop's queue without a coroutine.
void repeat_handler(asio::io_context& loop, std::uint64_t times) {
    if (times > 0) {
        asio::post(loop, [&loop, times] { repeat_handler(loop, times - 1); });
    }
}

/// Runs @p task in an event loop of its own; returns how many handlers that took.
template <typename Task>
double run(Task task) {
    asio::io_context loop{1};
    asio::co_spawn(loop, std::move(task), asio::detached);
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

TEST_CASE("uniform_sum") {
    std::vector<contender> contenders{
        {"mt19937_64, uniform_real_distribution", [] {
             return standard_sum<std::uniform_real_distribution<double>>(draws);
         }}};
    for (const auto& version : netio::kernel_versions()) {
        contenders.push_back({fmt::format("uniform_sum, {}", version.name), [&version] {
                                  static random_stream stream{1};
                                  return netio::uniform_sum(draws, stream, version).value();
                              }});
    }
    compare("one uniform draw", draws, 101, contenders);
}

TEST_CASE("gaussian_sum") {
    std::vector<contender> contenders{{"mt19937_64, normal_distribution", [] {
                                           return standard_sum<std::normal_distribution<double>>(
                                               draws);
                                       }}};
    for (const auto& version : netio::kernel_versions()) {
        contenders.push_back({fmt::format("gaussian_sum, {}", version.name), [&version] {
                                  static random_stream stream{1};
                                  return netio::gaussian_sum(draws, stream, version);
                              }});
    }
    compare("one Gaussian draw", draws, 101, contenders);
}

TEST_CASE("yield_to_event_loop") {
    constexpr std::uint64_t times = 10'000;
    compare("one turn of the event loop", times, 301,
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

TEST_CASE("pausing") {
    // Much less than the clients sum by default: here the pauses weigh more than there.
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
