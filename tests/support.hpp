#pragma once

#include "tests/process.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
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

/// Runs @p loop, where the test's own server lives, until @p program has ended.
///
/// The program's output is not read meanwhile, so the program must print little.
inline outcome wait_while_serving(asio::io_context& loop, process& program) {
    asio::posix::stream_descriptor ended{loop, ::dup(program.exit_event())};
    ended.async_wait(asio::posix::stream_descriptor::wait_read,
                     [&loop](std::error_code) { loop.stop(); });
    run_to_end(loop);
    return program.wait();
}

/// An acceptor for a test's own server, on a port that the system chooses.
inline asio::ip::tcp::acceptor listen_anywhere(asio::io_context& loop) {
    return {loop, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
}

/// The two ends of a connection.
struct connected_pair {
    explicit connected_pair(const asio::any_io_executor& executor)
        : near{executor}
        , far{executor} {
        asio::ip::tcp::acceptor acceptor{executor, {asio::ip::address_v4::loopback(), 0}};
        near.connect(acceptor.local_endpoint());
        far = acceptor.accept();
    }
    asio::ip::tcp::socket near;
    asio::ip::tcp::socket far;
};

} // namespace netio::testing
