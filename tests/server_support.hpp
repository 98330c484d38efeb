#pragma once

#include "common/random/random_sum.hpp"
#include "common/reply.hpp"
#include "tests/catch.hpp"
#include "tests/process.hpp"
#include "tests/support.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace netio::testing {

/// A number of samples that takes days to sum: the computation must be stopped early.
inline constexpr auto endless = "1e15";

/// Whether this machine has IPv6.
inline bool has_ipv6() {
    asio::io_context loop{1};
    asio::ip::tcp::acceptor acceptor{loop};
    std::error_code refused;
    acceptor.open(asio::ip::tcp::v6(), refused);
    if (!refused) {
        acceptor.bind({asio::ip::address_v6::loopback(), 0}, refused);
    }
    return !refused;
}

/// Reads what the server sends.
///
/// @throws std::system_error unless it ends with a clean end of stream.
inline asio::awaitable<std::string> read_to_end(asio::ip::tcp::socket socket) {
    std::string text;
    std::error_code error;
    co_await asio::async_read(socket, asio::dynamic_buffer(text),
                              asio::redirect_error(asio::use_awaitable, error));
    if (error != asio::error::eof) {
        throw std::system_error(error, "reading the reply");
    }
    co_return text;
}

/// What a well-behaved client does: connects, reads to the end.
inline asio::awaitable<std::string> ask(asio::ip::tcp::endpoint server) {
    auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::socket socket{executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    auto reply = read_to_end(std::move(socket));
    co_return co_await std::move(reply);
}

/// Runs @p tasks at the same time, until all are done; returns their results.
template <typename T>
std::vector<T> results_of(asio::io_context& loop, std::vector<asio::awaitable<T>> tasks) {
    std::vector<T> results(tasks.size());
    std::size_t running = tasks.size();
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        asio::co_spawn(loop, std::move(tasks[i]), [&, i](std::exception_ptr failure, T result) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            results[i] = std::move(result);
            --running;
        });
    }
    loop.restart();
    while (running > 0) {
        if (loop.run_one_for(patience) == 0) {
            throw std::runtime_error("nothing happens any more");
        }
    }
    return results;
}

/// A server's clients, friendly and hostile.
class crowd {
public:
    explicit crowd(asio::ip::tcp::endpoint server)
        : server_{std::move(server)} {}
    explicit crowd(const server_process& server)
        : crowd{{asio::ip::address_v4::loopback(),
                 static_cast<std::uint16_t>(std::stoul(server.port()))}} {}

    [[nodiscard]] asio::io_context& loop() { return loop_; }
    [[nodiscard]] const asio::ip::tcp::endpoint& endpoint() const { return server_; }

    [[nodiscard]] asio::ip::tcp::socket connect() {
        asio::ip::tcp::socket socket{loop_};
        socket.connect(server_);
        return socket;
    }

    [[nodiscard]] std::vector<asio::ip::tcp::socket> connect(std::size_t count) {
        std::vector<asio::ip::tcp::socket> sockets;
        while (sockets.size() < count) {
            sockets.push_back(connect());
        }
        return sockets;
    }

    [[nodiscard]] std::string ask() { return result_of(loop_, testing::ask(server_)); }

    [[nodiscard]] std::vector<std::string> ask(std::size_t count) {
        std::vector<asio::awaitable<std::string>> tasks;
        while (tasks.size() < count) {
            tasks.push_back(testing::ask(server_));
        }
        return results_of(loop_, std::move(tasks));
    }

    [[nodiscard]] std::string reply_to(asio::ip::tcp::socket socket) {
        return result_of(loop_, read_to_end(std::move(socket)));
    }

    [[nodiscard]] std::vector<std::string> replies_to(std::vector<asio::ip::tcp::socket> sockets) {
        std::vector<asio::awaitable<std::string>> tasks;
        for (auto& socket : sockets) {
            tasks.push_back(read_to_end(std::move(socket)));
        }
        return results_of(loop_, std::move(tasks));
    }

private:
    asio::io_context loop_{1};
    asio::ip::tcp::endpoint server_;
};

/// Closes the socket with a reset instead of a FIN.
inline void reset(asio::ip::tcp::socket socket) {
    socket.set_option(asio::ip::tcp::socket::linger(true, 0));
    socket.close();
}

/// The reply to the k-th connection of a server with that seed, to the last digit.
inline std::string expected_reply(std::uint64_t samples, std::uint64_t seed, std::uint64_t k = 0) {
    random_stream stream{seed, k};
    return format_reply(gaussian_sum(samples, stream));
}

/// True if @p text is one finite number.
inline bool is_reply(const std::string& text) {
    try {
        static_cast<void>(parse_reply(text));
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

/// How many of the texts are replies.
inline std::size_t count_replies(const std::vector<std::string>& texts) {
    std::size_t count = 0;
    for (const auto& text : texts) {
        count += is_reply(text) ? 1U : 0U;
    }
    return count;
}

/// Raises this program's limit of descriptors as far as the system allows.
inline void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// A clock that starts when it is made.
class stopwatch {
public:
    [[nodiscard]] std::chrono::steady_clock::duration elapsed() const {
        return std::chrono::steady_clock::now() - started_;
    }

private:
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

/// Waits until @p condition holds, for things that nothing reports.
inline void wait_until(const std::function<bool()>& condition) {
    asio::io_context loop{1};
    asio::steady_timer pause{loop};
    for (const stopwatch watch; !condition();) {
        if (watch.elapsed() > patience) {
            throw std::runtime_error("a condition did not become true in time");
        }
        pause.expires_after(std::chrono::milliseconds{5});
        pause.wait();
    }
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
