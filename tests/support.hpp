#pragma once

#include "tests/process.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace netio::testing {

/// Runs @p loop until @p task is done, and not a moment longer; returns its result.
///
/// @throws what the task throws, or std::runtime_error when nothing happens for too long.
template <typename T>
T result_of(asio::io_context& loop, asio::awaitable<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr reason, T value) {
        failure = std::move(reason);
        result = std::move(value);
    });
    loop.restart();
    while (!result) {
        if (loop.run_one_for(patience) == 0) {
            throw std::runtime_error("nothing happens any more");
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    return *std::move(result);
}

/// Runs @p loop until it has nothing left to do.
inline void run_to_end(asio::io_context& loop) {
    loop.restart();
    loop.run_for(patience);
    if (!loop.stopped()) {
        throw std::runtime_error("the loop still has something to do");
    }
}

/// An acceptor on a port of the system's choice: where a test's own server listens.
inline asio::ip::tcp::acceptor listen_anywhere(asio::io_context& loop) {
    return {loop, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
}

} // namespace netio::testing
