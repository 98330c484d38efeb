#pragma once

#include "tests/catch.hpp"
#include "tests/process.hpp"
#include "tests/server_support.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

// What Linux tells about programs, and how it limits them.
namespace netio::testing {

/// Raises this program's limit of descriptors as far as the system allows.
inline void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The processor time that a program has used so far.
inline std::chrono::nanoseconds cpu_time(pid_t program) {
    clockid_t clock{};
    timespec used{};
    ::clock_getcpuclockid(program, &clock);
    ::clock_gettime(clock, &used);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

/// Waits until a program that was idle is computing.
inline void wait_until_computing(pid_t program) {
    const auto before = cpu_time(program);
    wait_until([=] { return cpu_time(program) > before + std::chrono::milliseconds{50}; });
}

/// Waits until a program has stopped computing. A sanitizer's thread may still run now and then.
inline void wait_until_idle(pid_t program) {
    auto used = cpu_time(program);
    stopwatch window;
    wait_until([&] {
        if (window.elapsed() < std::chrono::milliseconds{200}) {
            return false;
        }
        const auto before = std::exchange(used, cpu_time(program));
        const auto elapsed = std::exchange(window, {}).elapsed();
        return used - before < elapsed / 10;
    });
}

/// The path of a file in the program's folder of /proc.
inline std::filesystem::path proc(const process& program, const std::string& name) {
    return fmt::format("/proc/{}/{}", program.id(), name);
}

/// How many descriptors the program holds.
inline std::ptrdiff_t count_descriptors(const process& program) {
    return std::distance(std::filesystem::directory_iterator{proc(program, "fd")}, {});
}

/// Waits until the system says that the program is in this state: S sleeps, T is stopped.
inline void wait_for_state(const process& program, char state) {
    wait_until([&] {
        std::ifstream file{proc(program, "stat")}; // "4711 (name) S ..."
        std::string text;
        std::getline(file, text);
        const auto name_end = text.rfind(") ");
        return name_end != text.npos && text[name_end + 2] == state;
    });
}

inline constexpr std::uint64_t stop_signals = 1ULL << (SIGINT - 1) | 1ULL << (SIGTERM - 1);

/// Which of these signals a thread of a program, named by its number, has blocked: a bit for each.
[[nodiscard]] inline std::uint64_t blocked_stop_signals(const process& program,
                                                        const std::string& thread) {
    std::ifstream file{proc(program, "task/" + thread + "/status")};
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("SigBlk:")) { // "SigBlk:\t0000000000004002"
            return std::stoull(line.substr(line.find('\t')), nullptr, 16) & stop_signals;
        }
    }
    throw std::runtime_error("thread " + thread + " is gone");
}

/// Reads up to the lines in which the server says that it has accepted so many connections.
inline void read_processing_lines(process& server, std::size_t count) {
    while (count > 0) {
        count -= server.read_line().rfind("Processing new connection: ", 0) == 0 ? 1U : 0U;
    }
}

/// Ends the server, which succeeds soon only if nothing is being computed any more.
inline outcome stop_and_expect_success(process& server) {
    server.send_signal(SIGTERM);
    auto end = server.wait();
    CHECK(end.status == 0);
    return end;
}

/// Limits for a program that is about to be started.
inline void limit(__rlimit_resource resource, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(resource, &both);
}

/// An address that no other program uses, for a server whose port the test cannot read.
struct own_address {
    std::string host = fmt::format("127.{}.{}.1", 1 + ::getpid() / 250 % 250, 1 + ::getpid() % 250);
    std::string port;
    asio::ip::tcp::endpoint endpoint;

    own_address() {
        asio::io_context loop{1};
        asio::ip::tcp::acceptor acceptor{loop, {asio::ip::make_address(host), 0}};
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
            asio::ip::tcp::socket{loop}.connect(endpoint, refused);
            return !refused;
        });
    }
};

} // namespace netio::testing
