// What the server's promises cost: its rate of requests beside that of a bare
// server, which accepts, writes and closes; and what a second computing thread
// brings. Every server is a process of its own, this one is all the clients.

#include "common/random/random_sum.hpp"
#include "server/server.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

using asio::ip::tcp;
using std::chrono::steady_clock;

namespace {

asio::awaitable<void> answer_barely(tcp::socket socket) {
    constexpr std::string_view reply = "-2542.28";
    co_await asio::async_write(socket, asio::buffer(reply), asio::use_awaitable);
}

asio::awaitable<void> serve_barely(tcp::acceptor acceptor) {
    while (true) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), answer_barely(std::move(socket)), asio::detached);
    }
}

using report_port = std::function<void(std::uint16_t)>;

void run_bare_server(const report_port& report) {
    asio::io_context loop{1};
    tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), 0}};
    acceptor.listen(1024);
    report(acceptor.local_endpoint().port());
    asio::co_spawn(loop, serve_barely(std::move(acceptor)),
                   [](std::exception_ptr failure) { std::rethrow_exception(failure); });
    loop.run();
}

void run_server(const netio::server_options& options, const report_port& report) {
    asio::io_context loop{1};
    netio::server server{loop, options};
    report(server.endpoint().port());
    asio::co_spawn(loop, server.run(),
                   [](std::exception_ptr failure) { std::rethrow_exception(failure); });
    loop.run();
}

/// A server in a child process, from here to the end of the scope.
class child {
public:
    explicit child(const std::function<void(const report_port&)>& serve) {
        std::array<int, 2> ends{};
        id_ = ::pipe(ends.data()) == 0 ? ::fork() : -1;
        if (id_ < 0) {
            throw std::system_error(errno, std::system_category(), "cannot start a server");
        }
        if (id_ == 0) {
            run(serve, ends[1]);
        }
        ::close(ends[1]);
        const auto size = ::read(ends[0], &port_, sizeof port_);
        ::close(ends[0]);
        if (size != sizeof port_) {
            throw std::runtime_error("a server has not started");
        }
    }
    ~child() {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    [[nodiscard]] tcp::endpoint endpoint() const {
        return {asio::ip::address_v4::loopback(), port_};
    }

    /// The processor time that it has used so far, in seconds.
    [[nodiscard]] double processor_time() const {
        clockid_t clock{};
        timespec used{};
        ::clock_getcpuclockid(id_, &clock);
        ::clock_gettime(clock, &used);
        return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
    }

private:
    [[noreturn]] static void run(const std::function<void(const report_port&)>& serve, int pipe) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // not to be left over when this one is killed
        ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO); // its log
        try {
            serve([pipe](std::uint16_t port) {
                static_cast<void>(!::write(pipe, &port, sizeof port));
            });
        } catch (const std::exception& error) {
            fmt::print(stderr, "server_load: {}\n", error.what());
        }
        ::_exit(EXIT_FAILURE); // a server ends only when it is killed
    }

    pid_t id_ = -1;
    std::uint16_t port_ = 0;
};

asio::awaitable<void> ask_repeatedly(asio::io_context& loop, tcp::endpoint server, int& left) {
    std::array<char, 256> reply{};
    while (left-- > 0) {
        tcp::socket socket{loop};
        std::error_code end;
        co_await socket.async_connect(server, asio::use_awaitable);
        co_await asio::async_read(socket, asio::buffer(reply),
                                  asio::redirect_error(asio::use_awaitable, end));
        if (end != asio::error::eof) {
            throw std::system_error(end, "an answer was cut off");
        }
    }
}

double requests_per_second(const child& server, int requests, int clients) {
    asio::io_context loop{1};
    int left = requests;
    const auto started = steady_clock::now();
    for (int i = 0; i < clients; ++i) {
        asio::co_spawn(loop, ask_repeatedly(loop, server.endpoint(), left),
                       [](std::exception_ptr failure) {
                           if (failure) {
                               std::rethrow_exception(failure);
                           }
                       });
    }
    loop.run();
    const std::chrono::duration<double> elapsed = steady_clock::now() - started;
    return requests / elapsed.count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

netio::server_options options_with(std::uint64_t samples, std::uint64_t threads) {
    netio::server_options options;
    options.address.port = 0;
    options.samples = samples;
    options.threads = threads;
    options.seed = 1;
    return options;
}

/// What several runs of one server gave.
struct measurements {
    const child& server;
    double processor_time = server.processor_time(); ///< at first; then what the runs used
    std::vector<double> rates{};

    void run(int requests, int clients) {
        rates.push_back(requests_per_second(server, requests, clients));
    }
    [[nodiscard]] std::string text(int requests) const {
        const auto used = server.processor_time() - processor_time;
        return fmt::format("{:.0f}/s ({:.0f} us of processor time each)", median(rates),
                           1e6 * used / requests / static_cast<double>(rates.size()));
    }
};

/// Measures two servers in turn, so that what else the machine does hits both.
void compare(const std::string& what, const child& one, const child& other, int requests,
             int clients) {
    constexpr int rounds = 15;
    measurements first{one};
    measurements second{other};
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        first.run(requests, clients);
        second.run(requests, clients);
        ratios.push_back(second.rates.back() / first.rates.back());
    }
    fmt::print("{}: {} and {}: ratio {:.2f}\n", what, first.text(requests), second.text(requests),
               median(ratios));
    std::fflush(stdout);
}

} // namespace

int main() try {
    const child bare{run_bare_server};
    for (const std::uint64_t samples : {10U, 1'000U, 100'000U}) {
        const child server{[&](const report_port& report) {
            run_server(options_with(samples, 2), report);
        }};
        compare(fmt::format("bare server and server, {} samples", samples), bare, server, 4000, 32);
    }

    // So many samples that a request takes about 50 ms.
    constexpr std::uint64_t sample = 10'000'000;
    netio::random_stream stream{1};
    const auto started = steady_clock::now();
    volatile double sink = netio::gaussian_sum(sample, stream);
    static_cast<void>(sink);
    const std::chrono::duration<double> elapsed = steady_clock::now() - started;
    const auto samples = static_cast<std::uint64_t>(0.05 / elapsed.count() * sample);
    const child one{[&](const report_port& report) {
        run_server(options_with(samples, 1), report);
    }};
    const child two{[&](const report_port& report) {
        run_server(options_with(samples, 2), report);
    }};
    compare(fmt::format("1 and 2 computing threads, {} samples", samples), one, two, 20, 8);
    return EXIT_SUCCESS;
} catch (const std::exception& error) {
    fmt::print(stderr, "server_load: {}\n", error.what());
    return EXIT_FAILURE;
}
