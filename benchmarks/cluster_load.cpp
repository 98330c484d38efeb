// Measures what a load balancer costs, and what a second server behind it gains: the rate of
// requests sent straight to one server, through HAProxy to one server, and through HAProxy to
// two. Each server computes on one thread. HAProxy is configured by docs/haproxy.cfg.

#include "benchmarks/requests.hpp"
#include "common/random/random_sum.hpp"
#include "tests/cluster.hpp"
#include "tests/process.hpp"

#include <asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

using namespace netio::benchmarks;
using netio::testing::balancer;
using netio::testing::server_process;

namespace {

constexpr int requests = 40;
constexpr int clients = 6;
constexpr int rounds = 15;

/// The number of samples whose sum takes 40 ms when nothing else runs.
std::uint64_t samples_of_40_ms() {
    constexpr std::uint64_t samples = 10'000'000;
    std::vector<double> seconds;
    netio::random_stream stream{1};
    for (int i = 0; i < 20; ++i) {
        const auto started = std::chrono::steady_clock::now();
        volatile double sink = netio::gaussian_sum(samples, stream);
        static_cast<void>(sink);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
        seconds.push_back(elapsed.count());
    }
    return static_cast<std::uint64_t>(0.04 / *std::min_element(seconds.begin(), seconds.end()) *
                                      samples);
}

asio::ip::tcp::endpoint endpoint_of(const server_process& server) {
    return {asio::ip::address_v4::loopback(),
            static_cast<std::uint16_t>(std::stoul(server.port()))};
}

/// The rates of the three arrangements, measured in turn, so that other work on the machine
/// affects all of them alike.
struct measurements {
    std::vector<double> straight;
    std::vector<double> through_to_one;
    std::vector<double> through_to_two;
    std::vector<double> cost; ///< of the balancer, as a ratio of rates
    std::vector<double> gain; ///< from the second server, as a ratio of rates

    void run(const asio::ip::tcp::endpoint& server, const balancer& one, const balancer& two) {
        straight.push_back(requests_per_second(server, requests, clients));
        through_to_one.push_back(requests_per_second(one.endpoint(), requests, clients));
        through_to_two.push_back(requests_per_second(two.endpoint(), requests, clients));
        cost.push_back(through_to_one.back() / straight.back());
        gain.push_back(through_to_two.back() / through_to_one.back());
    }

    void print(std::uint64_t samples) const {
        fmt::print(
            "Requests of {} samples per second, {} at a time: straight to one server {:.1f}; "
            "through HAProxy to one {:.1f}, ratio {:.3f}; to two {:.1f}, ratio {:.2f}\n",
            samples, clients, median(straight), median(through_to_one), median(cost),
            median(through_to_two), median(gain));
    }
};

} // namespace

int main() try {
    if (netio::testing::find_haproxy().empty()) {
        fmt::print("cluster_load: skipped: HAProxy is not installed (scripts/setup haproxy)\n");
        return EXIT_SUCCESS;
    }
    const auto samples = samples_of_40_ms();
    const std::vector<std::string> options{"--port", "0",         "--threads",
                                           "1",      "--samples", std::to_string(samples)};
    const server_process first{options};
    const server_process second{options};
    const balancer one{{first.port()}};
    const balancer two{{first.port(), second.port()}};
    measurements measured;
    for (int round = 0; round < rounds; ++round) {
        measured.run(endpoint_of(first), one, two);
    }
    measured.print(samples);
    return EXIT_SUCCESS;
} catch (const std::exception& error) {
    fmt::print(stderr, "cluster_load: {}\n", error.what());
    return EXIT_FAILURE;
}
