#pragma once

#include "common/program/command_line.hpp"
#include "common/workload.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace netio {

struct server_options : shared_options {
    server_options()
        : shared_options{gaussian_samples} {}

    std::uint64_t threads = std::max(1U, std::thread::hardware_concurrency()); ///< that compute
    std::chrono::nanoseconds delay{0};    ///< wait this long before computing
    std::uint64_t max_connections = 1024; ///< served at the same time; others wait in the backlog
};

/// @throws usage_error, or help_requested.
[[nodiscard]] server_options parse_server_options(int argc, const char* const* argv);

} // namespace netio
