#pragma once

#include "tests/patience.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

// clang reports its sanitizers through __has_feature, gcc through the macros below.
#if defined(__has_feature)
#define NETIO_HAS_FEATURE(name) __has_feature(name)
#else
#define NETIO_HAS_FEATURE(name) 0
#endif

// Some tests know the order of events with epoll, which is asio's default on Linux.
#if defined(ASIO_HAS_EPOLL) && !defined(ASIO_HAS_IO_URING_AS_DEFAULT)
#define NETIO_USES_EPOLL
#endif

namespace netio::testing {

/// Whether a sanitizer is built in. Sanitizers reserve terabytes of address space, keep freed
/// memory, and slow the program down.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
    NETIO_HAS_FEATURE(address_sanitizer) || NETIO_HAS_FEATURE(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// Runs @p loop until @p task is done, and no longer; returns the task's result.
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

/// An acceptor for a test's own server, on a port that the system chooses.
inline asio::ip::tcp::acceptor listen_anywhere(asio::io_context& loop) {
    return {loop, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
}

/// The two ends of a connection. (Windows' headers have macros called near and far.)
struct connected_pair {
    explicit connected_pair(const asio::any_io_executor& executor)
        : here{executor}
        , there{executor} {
        asio::ip::tcp::acceptor acceptor{executor, {asio::ip::address_v4::loopback(), 0}};
        here.connect(acceptor.local_endpoint());
        there = acceptor.accept();
    }
    asio::ip::tcp::socket here;
    asio::ip::tcp::socket there;
};

} // namespace netio::testing
