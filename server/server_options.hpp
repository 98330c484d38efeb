#pragma once

#include "common/program/command_line.hpp"

#include <chrono>
#include <cstdint>

namespace netio {

struct server_options : shared_options {
    server_options();

    std::uint64_t threads;                ///< computing threads; by default, one per logical CPU
    std::chrono::nanoseconds delay{0};    ///< wait this long before computing
    std::uint64_t max_connections = 1024; ///< served at the same time; others wait in the backlog
};

/// @throws usage_error, or help_requested.
[[nodiscard]] server_options parse_server_options(int argc, const char* const* argv);

} // namespace netio
