#pragma once

#include "common/client/client_options.hpp"
#include "common/client/request.hpp"
#include "common/client/run_record.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <vector>

namespace netio {

/// How server_request waits for what is not there yet.
enum class wait_mode {
    poll,  ///< asks again at each of its turns, as the original does
    ready, ///< lets the event loop wake it
};

struct async_client_options : client_options {
    std::chrono::nanoseconds allotment = time_allotment; ///< before uniform_sum yields
    std::uint64_t chunks = uniform_chunks; ///< how often uniform_sum looks at the clock
    wait_mode wait = wait_mode::poll;
};

/// @throws usage_error, or help_requested.
[[nodiscard]] async_client_options parse_async_client_options(int argc, const char* const* argv);

/// Asks the server and sums uniform draws at the same time, on one thread: two
/// coroutines that take turns. Prints what they do.
///
/// Counterpart of async_approach.py.
class async_client {
public:
    async_client(asio::io_context& loop, const async_client_options& options);

    /// Runs both tasks to their end.
    ///
    /// @return what they did and when.
    /// @throws std::exception of the first task that fails, as soon as it does.
    const run_record& run();

private:
    void spawn(asio::awaitable<void> task);
    asio::awaitable<void> stop_at_failure(asio::awaitable<void> task);
    asio::awaitable<void> sum_uniform_draws();
    void add_slice(std::chrono::steady_clock::time_point begin,
                   std::chrono::steady_clock::time_point end);
    asio::awaitable<void> let_others_run();
    asio::awaitable<void> server_request(std::uint64_t number);
    asio::awaitable<void> ask_again(request& pending);
    asio::awaitable<void> be_woken(request& pending);

    asio::io_context& loop_;
    async_client_options options_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    bool summing_ = true; ///< uniform_sum is not done yet
    std::exception_ptr failure_;
    run_record record_;
};

/// Runs an async_client on a loop of its own, and shows what came of it.
void run_async_client(const async_client_options& options);

} // namespace netio
