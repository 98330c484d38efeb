#pragma once

#include "common/random/random_sum.hpp"
#include "common/reply.hpp"
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

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
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
    explicit crowd(const auto& server)
        : crowd{server.endpoint()} {}

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

} // namespace netio::testing
