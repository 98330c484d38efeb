#include "common/random/random_kernels.hpp"
#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/server_support.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <vector>

// The real server as a process: load.

using namespace std::chrono_literals;
using namespace netio::testing;

namespace {

std::uint64_t resident_bytes(const process& program) {
    std::ifstream status{proc(program, "status")};
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmRSS:", 0) == 0) {
            return 1024 * std::stoull(line.substr(6)); // "VmRSS:     5120 kB"
        }
    }
    throw std::runtime_error("no VmRSS");
}

/// How many of a program's threads have run for at least 50 ms.
std::size_t count_busy_threads(const process& program) {
    std::size_t busy = 0;
    for (const auto& task : std::filesystem::directory_iterator{proc(program, "task")}) {
        std::ifstream file{task.path() / "schedstat"}; // ns on a processor, ...
        std::uint64_t nanoseconds = 0;
        file >> nanoseconds;
        busy += nanoseconds > 50'000'000 ? 1 : 0;
    }
    return busy;
}

} // namespace

TEST_CASE("server process: serves 1000 clients at the same time", "[server_process]") {
    raise_descriptor_limit();
    server_process server{{"--port", "0", "--samples", "3000"}};
    crowd clients{server};
    CHECK(count_replies(clients.replies_to(clients.connect(1000))) == 1000);
}

TEST_CASE("server process: --kernel chooses what computes the sums", "[server_process]") {
    // So many draws that sums with and without fused multiply-add differ in their last
    // digits; and no more than the server sums in one portion.
    constexpr std::uint64_t n = 1'000'000;
    for (const auto& version : netio::kernel_versions()) {
        CAPTURE(version.name);
        server_process server{
            {"--port", "0", "--samples", "1e6", "--seed", "7", "--kernel", version.name}};
        crowd clients{server};
        netio::random_stream stream{7};
        const auto expected = netio::format_reply(netio::gaussian_sum(n, stream, version));
        CHECK(clients.replies_to(clients.connect(1)) == std::vector<std::string>{expected});
    }
}

TEST_CASE("server process: computes on all threads at the same time", "[server_process]") {
    server_process server{{"--port", "0", "--samples", endless, "--threads", "3"}};
    crowd clients{server};
    const auto sockets = clients.connect(4);
    wait_until([&] { return count_busy_threads(server) >= 3; });
    SUCCEED("three threads compute");
}

TEST_CASE("server process: a delayed client occupies no thread", "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10", "--threads", "1", "--delay", "300ms"}};
    crowd clients{server};
    const stopwatch watch;
    CHECK(count_replies(clients.ask(50)) == 50);
    CHECK(watch.elapsed() >= 300ms);
    CHECK(watch.elapsed() < 10s); // one after the other: 15 s
}

// Windows has no second signal. Two equal signals may count as one.
TEST_CASE("server process: accepts and heeds signals while every thread computes",
          "[server_process][posix]") {
    server_process server{{"--port", "0", "--samples", endless, "--threads", "2"}};
    crowd clients{server};
    const auto sockets = clients.connect(10);
    read_processing_lines(server, 10);
    server.send_signal(SIGINT);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 1);
}

TEST_CASE("server process: connections above --max-connections wait, and none is lost",
          "[server_process]") {
    server_process server{
        {"--port", "0", "--samples", "10", "--max-connections", "10", "--delay", "20ms"}};
    crowd clients{server};
    CHECK(count_replies(clients.replies_to(clients.connect(200))) == 200);

    server.send_signal(SIGTERM);
    int now = 0;
    int most = 0;
    for (const auto& line : lines_of(server.wait().out)) {
        now += line.rfind("Processing", 0) == 0 ? 1 : line.rfind("Done", 0) == 0 ? -1 : 0;
        most = std::max(most, now);
    }
    CHECK(now == 0);
    CHECK(most == 10);
}

// Windows has no limit of descriptors that can be lowered.
TEST_CASE("server process: survives running out of descriptors, and does not spin",
          "[server_process][slow][posix]") {
    server_process server{{"--port", "0", "--samples", "10", "--delay", "500ms"}, [] {
                              limit(RLIMIT_NOFILE, 64);
                          }};
    crowd clients{server};
    const auto cpu_before = cpu_time(server.id());
    CHECK(count_replies(clients.replies_to(clients.connect(200))) == 200);
    // At least 4 rounds of 500 ms: to try again and again would take most of that.
    CHECK(cpu_time(server.id()) - cpu_before < 1s);

    CHECK(count_replies(clients.ask(20)) == 20); // as if nothing had happened
    server.send_signal(SIGTERM);
    const auto result = server.wait();
    CHECK(result.status == 0);
    CHECK(result.err == "server: cannot accept connections for now: Too many open files\n");
}

TEST_CASE("server process: 20000 connections leave nothing behind", "[server_process][slow]") {
    server_process server{{"--port", "0", "--samples", "3000"}};
    crowd clients{server};
    const auto serve = [&clients](std::size_t count) {
        for (std::size_t served = 0; served < count; served += 50) {
            REQUIRE(count_replies(clients.ask(50)) == 50);
        }
    };
    auto descriptors = count_descriptors(server);
    serve(1000);                  // from here on everything has been needed once
    if (are_windows_programs()) { // Wine opens some late, for threads that have only been started
        descriptors = std::max(descriptors, count_descriptors(server));
    }
    const auto before = resident_bytes(server);
    serve(fewer_where_slow(20'000));
    const auto after = resident_bytes(server);
    wait_until([&] { return count_descriptors(server) <= descriptors; });
    if (!sanitized) { // about 200 bytes each; the sanitizers keep freed memory
        CHECK(after < before + 4 * 1024 * 1024);
    }
}

TEST_CASE("server process: thousands of clients that wait cost no more than to accept and answer",
          "[server_process][slow]") {
    raise_descriptor_limit();
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
#if defined(ASIO_HAS_EPOLL)
    constexpr std::size_t most = 10'000;
#else
    constexpr std::size_t most = 900; // select() takes no descriptor above 1023
#endif
    const std::size_t count =
        std::min<std::size_t>(fewer_where_slow(most), descriptors.rlim_cur / 2);
    const auto cost = [count](const std::string& delay) {
        server_process server{
            {"--port", "0", "--samples", "10", "--max-connections", "20000", "--delay", delay}};
        crowd clients{server};
        CHECK(count_replies(clients.replies_to(clients.connect(count))) == count);
        return stop_and_expect_success(server).processor_time;
    };
    const auto busy = cost("10ms");
    const auto waiting = cost("5s");
    CAPTURE(count, busy.count(), waiting.count());
    CHECK(waiting < 2 * busy + 200ms);
}

// Windows has no limit of descriptors that can be lowered.
TEST_CASE("server process: uses as many descriptors as it is allowed to",
          "[server_process][posix]") {
    server_process server{{"--port", "0", "--samples", "10", "--delay", "300ms"}, [] {
                              rlimit few{};
                              ::getrlimit(RLIMIT_NOFILE, &few);
                              few.rlim_cur = 64; // the soft limit only
                              ::setrlimit(RLIMIT_NOFILE, &few);
                          }};
    crowd clients{server};
    CHECK(count_replies(clients.replies_to(clients.connect(200))) == 200);
    server.send_signal(SIGTERM);
    CHECK(server.wait().err.empty());
}
