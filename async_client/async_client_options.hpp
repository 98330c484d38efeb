#pragma once

#include "common/client/client_options.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace netio {

/// How server_request waits for its reply: see the comment in async_client.cpp.
enum class wait_mode { poll, ready, completion };

struct async_client_options : client_options {
    std::chrono::nanoseconds allotment = time_allotment; ///< before uniform_sum yields
    std::uint64_t chunks = uniform_chunks; ///< of uniform_sum, with a look at the clock after each
    wait_mode wait = wait_mode::poll;      ///< as in the original
    /// How many requests may be under way at the same time. Fewer than a server's usual backlog.
    std::uint64_t at_once = 1000;

    /// The most requests that can be under way at the same time.
    [[nodiscard]] std::uint64_t most_pending() const { return std::min(at_once, requests); }
};

/// What only this client can be told, for the trace.
[[nodiscard]] std::string settings_of(const async_client_options& options);

/// @throws usage_error, or help_requested.
[[nodiscard]] async_client_options parse_async_client_options(int argc, const char* const* argv);

} // namespace netio
