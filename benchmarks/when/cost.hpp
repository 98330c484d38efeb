#pragma once

#include "common/random/random_sum.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace netio::when {

/// What a process measures of itself while it does some work. Passed through a pipe as bytes.
struct own_cost {
    double time = 0.0;                 ///< s
    double processor_time = 0.0;       ///< s, of all threads
    double resident = 0.0;             ///< MiB, at its peak
    std::int64_t context_switches = 0; ///< of all threads
    uniform_total total;
    std::uint64_t count = 0; ///< of replies, or of what there is a limit for
    double median_delay = 0.0;
    double long_delay = 0.0; ///< the 99th percentile
    std::array<char, 128> error{};
};

struct cost : own_cost {
    /// The greatest rise of the system's own memory while the process ran, in MiB: stacks, page
    /// tables and slabs (sockets, threads, descriptors), from /proc/meminfo. Both ends of each
    /// connection count.
    double kernel = 0.0;
};

/// What the work has found.
struct outcome {
    uniform_total total;
    std::uint64_t count = 0;
    std::vector<double> delays{}; ///< s
};

/// Does the work in a new process, so that its costs do not mix with those of other work.
///
/// @param core the only core that the process may use; nothing for all cores.
/// @throws std::runtime_error if the work fails, or does not end within two minutes.
[[nodiscard]] cost measure(const std::function<outcome()>& work, std::optional<int> core = {});

/// Raises the number @p count until the system refuses, in a new process. Returns that number,
/// and the error.
[[nodiscard]] cost find_limit(const std::function<void(std::uint64_t& count)>& raise);

/// Lets this process, and those that it starts, run on this core only.
void run_only_on(int core);

/// The cores on which this process may run.
[[nodiscard]] std::vector<int> usable_cores();

} // namespace netio::when
