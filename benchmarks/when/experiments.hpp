#pragma once

#include "benchmarks/when/lab.hpp"

#include <cstdint>

namespace netio::when {

/// The most requests at the same time.
[[nodiscard]] std::uint64_t most_requests(bool quick);

// Each varies one thing, and prints its rows.

void vary_waiting(lab& machine);  ///< how long the server waits, compared with the computing
void vary_requests(lab& machine); ///< how many requests wait at the same time
void vary_server(lab& machine);   ///< whether the server waits or computes, and on which core
void vary_slice(lab& machine);    ///< how long the sum keeps the thread: when replies are noticed
void vary_load(lab& machine);     ///< likewise, for requests that are answered immediately
void find_limits();               ///< how many threads and sockets the system allows

// What they share.

inline constexpr double usual_slice = 0.001; ///< s

/// What the rows of an experiment have in common.
[[nodiscard]] row row_of(const char* experiment, double wait, double computing);

[[nodiscard]] work work_for(const lab& machine, const real_server& server, double computing,
                            double slice = usual_slice);

} // namespace netio::when
