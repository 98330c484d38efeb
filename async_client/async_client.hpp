#pragma once

#include "async_client/async_client_options.hpp"
#include "async_client/events.hpp"
#include "common/client/request.hpp"
#include "common/client/run_record.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <cstdint>
#include <system_error>

namespace netio {

/// Asks the server and sums uniform draws at the same time, on one thread, with coroutines
/// that take turns. Prints what each coroutine does.
///
/// Counterpart of async_approach.py.
class async_client {
public:
    /// @param record what the tasks did and when.
    async_client(const async_client_options& options, server_to_ask server, run_record& record);

    /// Runs all tasks to their end, on @p loop. If a task fails, the loop still holds the others:
    /// it must not run again, and must be destroyed before this object and the record.
    ///
    /// @throws the exception of the first task that fails, as soon as it fails.
    void run(asio::io_context& loop);

private:
    asio::awaitable<void> sum_uniform_draws();
    asio::awaitable<void> server_request(std::uint64_t number);

    asio::awaitable<std::error_code> wait_for_reply(request& pending, request_events& events);
    asio::awaitable<std::error_code> poll(request& pending, request_events& events);
    asio::awaitable<std::error_code> wait_until_ready(request& pending, request_events& events);
    asio::awaitable<std::error_code> wait_for_completion(request& pending, request_events& events);

    asio::awaitable<void> compute();
    asio::awaitable<void> make_requests();

    async_client_options options_;
    server_to_ask server_;
    run_record& record_;
    bool is_computing_ = true;       ///< uniform_sum is not done yet
    std::uint64_t next_request_ = 1; ///< the number of the request that begins next
};

/// Runs an async_client on a loop of its own, and shows its run.
/// @throws std::runtime_error naming what failed: the host, a request, the trace, or the limit of
///         descriptors; std::system_error if stdout cannot be written.
void run_async_client(const async_client_options& options);

} // namespace netio
