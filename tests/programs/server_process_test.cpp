#include "common/random/random_kernels.hpp"
#include "tests/catch.hpp"
#include "tests/server_support.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <vector>

// The real server as a process: load and signals.

using asio::ip::tcp;
using namespace std::chrono_literals;
using namespace netio::testing;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

std::ptrdiff_t count_entries(const std::filesystem::path& folder) {
    return std::distance(std::filesystem::directory_iterator{folder}, {});
}

std::ptrdiff_t count_descriptors(const process& program) {
    return count_entries(proc(program, "fd"));
}

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

/// Checks that the server reports no error: it may only say how many clients it must answer.
void check_only_says_that_it_stops(const std::string& err) {
    CAPTURE(err);
    CHECK(lines_of(err).size() <= 1);
    CHECK((err.empty() || err.rfind("server: stopping: ", 0) == 0));
}

void read_processing_lines(server_process& server, std::size_t count) {
    while (count > 0) {
        count -= server.read_line().rfind("Processing new connection: ", 0) == 0 ? 1U : 0U;
    }
}

} // namespace

// Load

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

TEST_CASE("server process: accepts and heeds signals while every thread computes",
          "[server_process]") {
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

TEST_CASE("server process: survives running out of descriptors, and does not spin",
          "[server_process][slow]") {
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
    const auto serve = [&clients](int count) {
        for (int served = 0; served < count; served += 50) {
            REQUIRE(count_replies(clients.ask(50)) == 50);
        }
    };
    const auto descriptors = count_descriptors(server);
    serve(1000); // from here on everything has been needed once
    const auto before = resident_bytes(server);
    serve(20'000);
    const auto after = resident_bytes(server);
    wait_until([&] { return count_descriptors(server) == descriptors; });
    if (!sanitized) { // about 200 bytes each; the sanitizers keep freed memory
        CHECK(after < before + 4 * 1024 * 1024);
    }
}

// Signals

TEST_CASE("server process: told to stop, it answers what runs and what is queued",
          "[server_process]") {
    const auto signal = GENERATE(SIGINT, SIGTERM);
    server_process server{{"--port", "0", "--samples", "1e6", "--threads", "1"}};
    crowd clients{server};
    auto sockets = clients.connect(20);
    read_processing_lines(server, 20);
    server.send_signal(signal);
    CHECK(count_replies(clients.replies_to(std::move(sockets))) == 20);
    const auto result = server.wait();
    CHECK(result.status == 0);
    check_only_says_that_it_stops(result.err);
}

TEST_CASE("server process: told to stop, it answers those it delays, and refuses others",
          "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10", "--threads", "1", "--delay", "500ms"}};
    crowd clients{server};
    auto sockets = clients.connect(20);
    read_processing_lines(server, 20);
    server.send_signal(SIGTERM);
    wait_until([&] {
        try {
            static_cast<void>(clients.connect());
            return false;
        } catch (const std::system_error& error) {
            return error.code() == asio::error::connection_refused;
        }
    });
    CHECK(count_replies(clients.replies_to(std::move(sockets))) == 20);
    const auto result = server.wait();
    CHECK(result.status == 0);
    check_only_says_that_it_stops(result.err);
}

TEST_CASE("server process: told to stop, it does not wait for silent clients", "[server_process]") {
    // A client that has its reply and does not close otherwise has 1 s to close.
    // The quickest of several: one alone may be slow because the machine is busy.
    auto quickest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 10 && quickest > 500ms; ++i) {
        server_process server{{"--port", "0", "--samples", "10"}};
        crowd clients{server};
        auto silent = clients.connect();
        silent.wait(tcp::socket::wait_read); // for the answer
        const stopwatch watch;
        server.send_signal(SIGTERM);
        CHECK(server.wait().status == 0);
        quickest = std::min(quickest, watch.elapsed());
    }
    CHECK(quickest <= 500ms);
}

TEST_CASE("server process: a second signal ends it immediately", "[server_process]") {
    server_process server{{"--port", "0", "--samples", endless, "--threads", "2"}};
    crowd clients{server};
    const auto sockets = clients.connect(4);
    read_processing_lines(server, 4);
    server.send_signal(SIGTERM);
    // Not before the first has been seen: two that come together may count as one.
    wait_until([&] {
        try {
            static_cast<void>(clients.connect());
            return false;
        } catch (const std::system_error&) {
            return true;
        }
    });
    server.send_signal(SIGTERM);
    const auto result = server.wait();
    CHECK(result.status == 1);
    CHECK(lines_of(result.err).back() ==
          "server: stopped by a second signal, with clients unanswered");
}

TEST_CASE("server process: can be started again immediately on the same port", "[server_process]") {
    const own_address address;
    for (int i = 0; i < 2; ++i) {
        process server{command("server", address.options({"--samples", "10"}))};
        CHECK_THAT(server.read_line(), EndsWith(":" + address.port + "."));
        crowd clients{address.endpoint};
        CHECK(is_reply(clients.ask()));
        server.send_signal(SIGTERM);
        CHECK(server.wait().status == 0);
    }
}

TEST_CASE("server process: an IPv4 client of a server on IPv6 is logged with its IPv4 address",
          "[server_process]") {
    if (!has_ipv6()) {
        WARN("not tested, as there is no IPv6 here");
        return;
    }
    server_process server{{"--host", "::", "--port", "0", "--samples", "10"}};
    crowd clients{server};
    CHECK(is_reply(clients.ask()));
    CHECK_THAT(server.read_line(), StartsWith("Processing new connection: 127.0.0.1:"));
}

TEST_CASE("server process: told to stop, it says how many clients are unanswered",
          "[server_process]") {
    const std::size_t count = GENERATE(1U, 2U);
    server_process server{{"--port", "0", "--samples", endless, "--threads", "1"}};
    crowd clients{server};
    auto sockets = clients.connect(count);
    read_processing_lines(server, count);
    server.send_signal(SIGINT);
    server.send_signal(SIGTERM); // the computation has no end: the second signal is needed
    const auto lines = lines_of(server.wait().err);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.front() ==
          (count == 1
               ? "server: stopping: 1 client still unanswered; a second signal drops it"
               : "server: stopping: 2 clients still unanswered; a second signal drops them"));
}

TEST_CASE("server process: uses as many descriptors as it is allowed to", "[server_process]") {
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
