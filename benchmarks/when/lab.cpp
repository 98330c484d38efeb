#include "benchmarks/when/lab.hpp"

#include <asio/ip/address_v4.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <sys/prctl.h>
#include <thread>
#include <utility>
#include <vector>

namespace netio::when {
namespace {

using std::chrono::steady_clock;

template <class Total>
double seconds_for(std::uint64_t draws, Total (*sum)(std::uint64_t, random_stream&)) {
    random_stream stream{seed};
    const auto started = steady_clock::now();
    volatile bool sink = sum(draws, stream) == Total{};
    static_cast<void>(sink);
    return std::chrono::duration<double>{steady_clock::now() - started}.count();
}

/// How many draws are added up in a second: the median of some measurements of a third of a second.
template <class Total>
double rate_of(Total (*sum)(std::uint64_t, random_stream&)) {
    constexpr std::uint64_t few = 10'000'000;
    const auto draws = static_cast<std::uint64_t>(few * (0.3 / seconds_for(few, sum)));
    std::vector<double> rates(5);
    for (auto& rate : rates) {
        rate = static_cast<double>(draws) / seconds_for(draws, sum);
    }
    std::sort(rates.begin(), rates.end());
    return rates[rates.size() / 2];
}

std::vector<std::string> command_for(const std::string& program, double wait,
                                     std::uint64_t samples) {
    return {program,
            "--port",
            "0",
            "--delay",
            fmt::format("{:.0f}us", wait * 1e6),
            "--samples",
            std::to_string(samples),
            "--threads",
            "1",
            "--max-connections",
            "100000"};
}

/// What the server's process does before it becomes the server.
std::function<void()> preparation(std::optional<int> core) {
    return [core] {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // ends the server when its parent is killed
        if (core) {
            run_only_on(*core);
        }
    };
}

std::uint16_t port_of(testing::process& server) try {
    const auto line = server.read_line(); // "... listening on: 127.0.0.1:40021."
    return static_cast<std::uint16_t>(std::stoul(line.substr(line.rfind(':') + 1)));
} catch (const std::exception& error) {
    throw std::runtime_error("the server did not start: " + std::string{error.what()});
}

} // namespace

lab::lab(std::string server_program, bool quick)
    : server_program_{std::move(server_program)}
    , quick_{quick}
    , uniform_rate_{rate_of(
          +[](std::uint64_t n, random_stream& stream) { return uniform_sum(n, stream); })}
    , gaussian_rate_{rate_of(
          +[](std::uint64_t n, random_stream& stream) { return gaussian_sum(n, stream); })} {}

std::uint64_t lab::draws(double seconds) const {
    return static_cast<std::uint64_t>(seconds * uniform_rate_);
}

std::uint64_t lab::samples(double seconds) const {
    return static_cast<std::uint64_t>(seconds * gaussian_rate_);
}

void lab::measure_in_turn(std::vector<attempt>& attempts, int rounds, std::optional<int> core) {
    for (int round = 0; round < rounds; ++round) {
        for (auto& [result, work] : attempts) {
            if (result.requests >= 100) { // the system frees the memory of the last ones late
                std::this_thread::sleep_for(std::chrono::seconds{1});
            }
            result.costs.push_back(measure(work, core));
            check(result.costs.back(), result);
        }
    }
}

void lab::check(const cost& done, const row& wanted) {
    if (done.count != wanted.requests) {
        throw std::runtime_error(
            fmt::format("{}: {} replies to {} requests", wanted.way, done.count, wanted.requests));
    }
    if (totals_.try_emplace(wanted.computing, done.total).first->second != done.total) {
        throw std::runtime_error(wanted.way + ": the sum has another total than before");
    }
}

real_server::real_server(const std::string& program, double wait, std::uint64_t samples,
                         std::optional<int> core)
    : process_{command_for(program, wait, samples), preparation(core)}
    , endpoint_{asio::ip::address_v4::loopback(), port_of(process_)} {}

} // namespace netio::when
