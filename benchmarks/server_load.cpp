// Measures what the server's guarantees cost: its rate of requests, compared with that of a bare
// server, which only accepts, writes and closes. Also measures what a second computing thread
// gains. Each server is a separate process; this process runs all the clients.

#include "benchmarks/child.hpp"
#include "benchmarks/requests.hpp"
#include "common/event_loop.hpp"
#include "common/random/random_sum.hpp"
#include "server/server.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <utility>
#include <vector>

using asio::ip::tcp;
using netio::benchmarks::child;
using netio::benchmarks::median;
using netio::benchmarks::report_port;
using netio::benchmarks::requests_per_second;
using std::chrono::steady_clock;

namespace {

asio::awaitable<void> answer_bare(tcp::socket socket) {
    constexpr std::string_view reply = "-2542.28";
    // As server does: with MSG_MORE, the reply and the end of the stream travel in one packet.
    // Otherwise the client would wake up twice, and the comparison would measure that. (Unlike
    // server, it awaits the send, as one does in most programs.)
    co_await socket.async_send(asio::buffer(reply), MSG_MORE, asio::use_awaitable);
}

asio::awaitable<void> serve_bare(tcp::acceptor acceptor) {
    while (true) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), answer_bare(std::move(socket)), asio::detached);
    }
}

void run_bare_server(const report_port& report) {
    asio::io_context loop{1};
    tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), 0}};
    acceptor.listen(1024);
    report(acceptor.local_endpoint().port());
    netio::spawn(loop, serve_bare(std::move(acceptor)));
    loop.run();
}

void run_server(const netio::server_options& options, const report_port& report) {
    asio::io_context loop{1};
    netio::server server{loop, options};
    report(server.endpoints().front().port());
    netio::spawn(loop, server.run());
    loop.run();
}

netio::server_options options_with(std::uint64_t samples, std::uint64_t threads) {
    netio::server_options options;
    options.address.port = 0;
    options.samples = samples;
    options.threads = threads;
    options.seed = 1;
    return options;
}

/// The results of several runs against one kind of server.
struct measurements {
    std::vector<double> rates{};           ///< requests per second
    std::vector<double> processor_times{}; ///< of a request, in seconds

    void run(const child& server, int requests, int clients) {
        const auto before = server.processor_time();
        rates.push_back(requests_per_second(server.endpoint(), requests, clients));
        processor_times.push_back((server.processor_time() - before) / requests);
    }
    [[nodiscard]] std::string text() const {
        return fmt::format("{:.0f}/s ({:.1f} us of processor time each)", median(rates),
                           1e6 * median(processor_times));
    }
};

using serve_function = std::function<void(const report_port&)>;

/// Measures two servers in turn, so that other work on the machine affects both alike. Several
/// pairs, because where the system happens to put a process changes its speed by some percent.
void compare(const std::string& what, const serve_function& one, const serve_function& other,
             int requests, int clients) {
    measurements first;
    measurements second;
    std::vector<double> rate_ratios; ///< of the other to the one
    std::vector<double> processor_time_ratios;
    for (int pair = 0; pair < 7; ++pair) {
        const child first_server{one};
        const child second_server{other};
        for (int round = 0; round < 3; ++round) {
            first.run(first_server, requests, clients);
            second.run(second_server, requests, clients);
            rate_ratios.push_back(second.rates.back() / first.rates.back());
            processor_time_ratios.push_back(second.processor_times.back() /
                                            first.processor_times.back());
        }
    }
    fmt::print("{}: {} and {}; second to first: {:.2f} and {:.2f}\n", what, first.text(),
               second.text(), median(rate_ratios), median(processor_time_ratios));
    std::fflush(stdout);
}

} // namespace

int main() try {
    const auto server_with = [](std::uint64_t samples, std::uint64_t threads) {
        return [samples, threads](const report_port& report) {
            run_server(options_with(samples, threads), report);
        };
    };
    for (const std::uint64_t samples : {10U, 1'000U, 100'000U}) {
        compare(fmt::format("bare server and server, {} samples", samples), run_bare_server,
                server_with(samples, 2), 4000, 32);
    }

    // The number of samples for which a request takes about 50 ms.
    constexpr std::uint64_t sample = 10'000'000;
    netio::random_stream stream{1};
    const auto started = steady_clock::now();
    volatile double sink = netio::gaussian_sum(sample, stream);
    static_cast<void>(sink);
    const std::chrono::duration<double> elapsed = steady_clock::now() - started;
    const auto samples = static_cast<std::uint64_t>(0.05 / elapsed.count() * sample);
    compare(fmt::format("1 and 2 computing threads, {} samples", samples), server_with(samples, 1),
            server_with(samples, 2), 20, 8);
    return EXIT_SUCCESS;
} catch (const std::exception& error) {
    fmt::print(stderr, "server_load: {}\n", error.what());
    return EXIT_FAILURE;
}
