#pragma once

#include "benchmarks/when/ways.hpp"

#include <chrono>
#include <vector>

namespace netio::when {

/// Requests that start at regular times, as those of users do, and a sum.
struct schedule {
    work todo;                          ///< how many requests, and the sum
    std::chrono::nanoseconds every;     ///< from the start of a request to that of the next
    std::chrono::nanoseconds wait;      ///< how long the server waits before it answers
    std::chrono::nanoseconds sum_after; ///< when the sum begins
};

/// What was found, and how late: for each request, the time from the moment when its reply would
/// be there if it had started when it was due, to the moment when the reply was noticed.
struct delays {
    results found;
    std::vector<double> seconds;
};

// The same work, three ways.

[[nodiscard]] delays keep_with_slices(const schedule& plan);   ///< all on one thread
[[nodiscard]] delays keep_with_a_thread(const schedule& plan); ///< which has the sum
[[nodiscard]] delays keep_with_threads(const schedule& plan);  ///< one for each request

} // namespace netio::when
