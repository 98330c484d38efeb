#include "tests/catch.hpp"
#include "tests/server_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <linux/capability.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

// The real server as a process: signals, limits, descriptors, load.

using asio::ip::tcp;
using namespace std::chrono_literals;
using namespace netio::testing;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

std::filesystem::path proc(const process& program, const std::string& name) {
    return fmt::format("/proc/{}/{}", program.id(), name);
}

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

void limit(__rlimit_resource resource, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(resource, &both);
}

/// An address that no other program uses, for a server whose port cannot be read.
struct own_address {
    std::string host = fmt::format("127.{}.{}.1", 1 + ::getpid() / 250 % 250, 1 + ::getpid() % 250);
    std::string port;
    tcp::endpoint endpoint;

    own_address() {
        asio::io_context loop{1};
        tcp::acceptor acceptor{loop, {asio::ip::make_address(host), 0}};
        endpoint = acceptor.local_endpoint();
        port = std::to_string(endpoint.port());
    }

    [[nodiscard]] std::vector<std::string> options(std::vector<std::string> more) const {
        more.insert(more.end(), {"--host", host, "--port", port});
        return more;
    }

    void wait_until_listening() const {
        wait_until([this] {
            asio::io_context loop{1};
            std::error_code refused;
            tcp::socket{loop}.connect(endpoint, refused);
            return !refused;
        });
    }
};

void read_processing_lines(server_process& server, std::size_t count) {
    while (count > 0) {
        count -= server.read_line().rfind("Processing new connection: ", 0) == 0 ? 1U : 0U;
    }
}

/// Runs the server, which is expected not to start.
outcome run_server(std::vector<std::string> options, std::function<void()> prepare = {}) {
    return run(command("server", std::move(options)), std::move(prepare));
}

void check_refusal(const outcome& result, int status, const std::string& start,
                   const std::string& end) {
    CHECK(result.status == status);
    CHECK(result.out.empty());
    CHECK(lines_of(result.err).size() == 1);
    CHECK_THAT(result.err, StartsWith("server: " + start));
    CHECK_THAT(result.err, EndsWith(end + "\n"));
}

} // namespace

// Load

TEST_CASE("server process: serves 1000 clients at the same time", "[server_process]") {
    raise_descriptor_limit();
    server_process server{{"--port", "0", "--samples", "3000"}};
    crowd clients{server};
    CHECK(count_replies(clients.replies_to(clients.connect(1000))) == 1000);
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

TEST_CASE("server process: more than --max-connections wait, and none is lost",
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

TEST_CASE("server process: survives the want of descriptors, and does not spin",
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

TEST_CASE("server process: stopped, it answers what runs and what is queued", "[server_process]") {
    const auto signal = GENERATE(SIGINT, SIGTERM);
    server_process server{{"--port", "0", "--samples", "1e6", "--threads", "1"}};
    crowd clients{server};
    auto sockets = clients.connect(20);
    read_processing_lines(server, 20);
    server.send_signal(signal);
    CHECK(count_replies(clients.replies_to(std::move(sockets))) == 20);
    const auto result = server.wait();
    CHECK(result.status == 0);
    CHECK(result.err.empty());
}

TEST_CASE("server process: stopped, it answers those it delays, and refuses others",
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
    CHECK(result.err.empty());
}

TEST_CASE("server process: stopped, it does not wait for silent clients", "[server_process]") {
    // A client that has its answer and does not close is otherwise awaited for 1 s.
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

TEST_CASE("server process: a second signal ends it at once", "[server_process]") {
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
    CHECK(result.err == "server: stopped by a second signal, with clients unanswered\n");
}

TEST_CASE("server process: can be started again at once on the same port", "[server_process]") {
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

TEST_CASE("server process: an IPv4 client of a server on IPv6 is known by its own address",
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

// Refusing to start

TEST_CASE("server process: refuses to start on a port in use", "[server_process]") {
    server_process server{{"--port", "0"}};
    check_refusal(run_server({"--port", server.port()}), 1,
                  "cannot listen on 127.0.0.1:" + server.port() + ": ", "Address already in use");
}

TEST_CASE("server process: refuses to start on a privileged port", "[server_process]") {
    int first_free_for_all = 0;
    std::ifstream{"/proc/sys/net/ipv4/ip_unprivileged_port_start"} >> first_free_for_all;
    if (first_free_for_all <= 1) {
        WARN("no port is privileged here");
        return;
    }
    // Even root must not, without this capability.
    const auto drop_privilege = [] {
        ::prctl(PR_CAPBSET_DROP, CAP_NET_BIND_SERVICE);
    };
    check_refusal(run_server({"--port", "1"}, drop_privilege), 1,
                  "cannot listen on 127.0.0.1:1: ", "Permission denied");
}

TEST_CASE("server process: refuses to start on an unknown host", "[server_process]") {
    check_refusal(run_server({"--host", "no..such..host"}), 1,
                  "cannot resolve no..such..host: ", "");
}

TEST_CASE("server process: refuses to start when memory does not suffice for its threads",
          "[server_process]") {
    if (sanitized) {
        WARN("a sanitizer needs more address space than that");
        return;
    }
    const auto two_gibibytes = [] {
        limit(RLIMIT_AS, rlim_t{2} << 30);
    };
    check_refusal(run_server({"--port", "0", "--threads", "4000"}, two_gibibytes), 1,
                  "cannot create 4000 computing threads: ", "");
}

TEST_CASE("server process: refuses to start when it may not have so many threads",
          "[server_process]") {
    // The limit is on a user's processes, and root has none: be another, who has no
    // others, and without the privileges to exceed it. The effective user stays.
    const auto limit_threads = [] {
        ::prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE);
        ::prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN);
        if (::getuid() == 0) {
            static_cast<void>(::setresuid(61'234, 0, 0));
        }
        limit(RLIMIT_NPROC, 100);
    };
    check_refusal(run_server({"--port", "0", "--threads", "4000"}, limit_threads), 1,
                  "cannot create 4000 computing threads: ", "Resource temporarily unavailable");
}

TEST_CASE("server process: refuses every bad value of an option", "[server_process]") {
    const std::vector<std::pair<std::string, std::vector<std::string>>> bad_values{
        {"--host", {""}},
        {"--port", {"", "-1", "65536", "x", "80x", "0x50", "1.5"}},
        {"--samples", {"", "-1", "1e16", "nan", "inf", "1.5", "1 ", "many"}},
        {"--seed", {"", "-1", "1.0", "18446744073709551616", "x"}},
        {"--threads", {"", "0", "-1", "1e9", "nan", "two"}},
        {"--delay", {"", "-1", "1h", "ms", "nan", "inf", "1e300"}},
        {"--max-connections", {"", "0", "-1", "1e12", "all"}},
    };
    for (const auto& [option, values] : bad_values) {
        for (const auto& value : values) {
            CAPTURE(option, value);
            check_refusal(run_server({option + "=" + value}), 2, "", "Try --help.");
        }
    }
    check_refusal(run_server({"--no-such-option"}), 2, "", "Try --help.");
    check_refusal(run_server({"word"}), 2, "", "Try --help.");
}

// Its output

TEST_CASE("server process: survives that nobody reads its output any more", "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10"}};
    server.close_output(); // as head -1 does
    crowd clients{server};
    CHECK(count_replies(clients.ask(10)) == 10);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}

TEST_CASE("server process: survives a reader of its output who has stopped reading",
          "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10"}};
    crowd clients{server};
    for (int i = 0; i < 40; ++i) { // more lines than a pipe holds
        CHECK(count_replies(clients.ask(50)) == 50);
    }
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}

TEST_CASE("server process: survives a terminal whose reader has stopped reading",
          "[server_process]") {
    const int reader = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC); // which never reads
    if (reader < 0) {
        WARN("not tested, as there are no terminals here");
        return;
    }
    REQUIRE(::grantpt(reader) == 0);
    REQUIRE(::unlockpt(reader) == 0);
    const std::string terminal = ::ptsname(reader);
    const own_address address;
    process server{command("server", address.options({"--samples", "10"})), [&terminal] {
                       ::dup2(::open(terminal.c_str(), O_WRONLY | O_NOCTTY), STDOUT_FILENO);
                   }};
    address.wait_until_listening();
    crowd clients{address.endpoint};
    for (int i = 0; i < 40; ++i) { // more lines than a terminal holds
        CHECK(count_replies(clients.ask(50)) == 50);
    }
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
    ::close(reader);
}

TEST_CASE("server process: survives a full disk", "[server_process]") {
    const own_address address;
    process server{command("server", address.options({"--samples", "10"})), [] {
                       ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
                   }};
    address.wait_until_listening();
    crowd clients{address.endpoint};
    CHECK(count_replies(clients.ask(10)) == 10);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}

TEST_CASE("server process: no log text reaches a client when it starts without descriptors",
          "[server_process]") {
    const own_address address;
    process server{command("server", address.options({"--samples", "1000", "--seed", "1"})), [] {
                       for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
                           ::close(descriptor);
                       }
                   }};
    address.wait_until_listening();
    for (const auto* const descriptor : {"fd/0", "fd/1", "fd/2"}) {
        CHECK(std::filesystem::read_symlink(proc(server, descriptor)) == "/dev/null");
    }
    crowd clients{address.endpoint};
    CHECK(clients.ask() == expected_reply(1000, 1, 1)); // the first connection was a look
    CHECK(count_replies(clients.ask(10)) == 10);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}
