#pragma once

#include "common/random/random_sum.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <vector>

namespace netio::when {

/// What each way must do: add up draws, and ask the server a number of times.
struct work {
    asio::ip::tcp::endpoint server;
    std::uint64_t requests = 1;
    std::uint64_t draws = 0;
    std::uint64_t slice = 1; ///< after so many draws, a coroutine yields
};

/// What each way must find.
struct results {
    uniform_total total;
    std::vector<double> replies;
};

inline constexpr std::uint64_t seed = 1;

// The ways. Each returns when all is done.

[[nodiscard]] results one_after_the_other(const work& todo);
[[nodiscard]] results threads(const work& todo);    ///< one for each request
[[nodiscard]] results coroutines(const work& todo); ///< all on one thread

// Their parts.

/// Asks the server, and blocks until the whole reply is there.
///
/// @param context never run, but a socket needs one.
[[nodiscard]] double blocking_ask(asio::io_context& context, const asio::ip::tcp::endpoint& server);

/// Asks the server. Other coroutines run meanwhile.
[[nodiscard]] asio::awaitable<double> ask(asio::ip::tcp::endpoint server);

/// Adds up the draws, and yields after each slice.
[[nodiscard]] asio::awaitable<void> sum_in_slices(const work& todo, results& found);

/// Adds up the draws on another thread, and waits for it as for a reply.
[[nodiscard]] asio::awaitable<void> sum_on_a_thread(const work& todo, results& found);

/// How long to pause before starting request @p number, counted from 0.
///
/// The server's backlog holds 1024 connections. If it overflows, a client may hold a connection
/// that the server never sees, and wait for ever. So requests start in waves, and the server
/// gets the time to accept one wave before the next.
[[nodiscard]] inline std::chrono::milliseconds pause_before(std::uint64_t number) {
    constexpr std::uint64_t wave = 500;
    return std::chrono::milliseconds{number > 0 && number % wave == 0 ? 10 : 0};
}

/// The handler of co_spawn(): a coroutine that fails ends the loop, and the program.
inline void rethrow(std::exception_ptr failure) {
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace netio::when
