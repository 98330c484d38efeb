#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace netio {

// The original's workload, and what it is multiplied by here. The kernels are from 80
// to 800 times faster than the original's interpreted loops: with its counts the whole
// run would take less than 0.1 s, and no time allotment would ever be used up. The factors
// bring back its wall-clock picture, about 2.5 s on the server and 4.6 s in the
// clients. `--samples 1e7` and `--samples 1.2e8` give the original's counts.

/// What the original's counts are multiplied by, with one kernel.
struct workload_factors {
    std::string_view kernel; ///< its name, see common/random/kernel.hpp
    std::uint64_t gaussian;
    std::uint64_t uniform;
};

/// One row for each kernel. Constants, so that a machine has the same defaults in every
/// run; on a machine that is slower than the one they are from, the run takes longer.
///
/// On x86-64 they were measured, on a present-day server core (see benchmarks/): the
/// comments say how many nanoseconds a Gaussian draw takes there, and a uniform one.
/// For 64-bit Arm they are derived from the object code, which has 20 vector
/// instructions for a Gaussian draw and 6 for a uniform one, for a core that completes
/// 3.5 of them in a cycle, at 3 GHz.
inline constexpr std::array factors_of_kernels{
#ifdef __aarch64__
    workload_factors{"baseline", 130, 67}, // 1.9 and 0.57
#else
    workload_factors{"baseline", 108, 75}, // 2.2 and 0.50
#endif
    workload_factors{"x86-64-v3", 315, 185}, // 0.77 and 0.21
    workload_factors{"x86-64-v4", 670, 505}, // 0.36 and 0.072
};

/// A kernel's factors; those of the baseline for a name that is not in the table.
constexpr workload_factors factors_of(std::string_view kernel) {
    for (const auto& factors : factors_of_kernels) {
        if (factors.kernel == kernel) {
            return factors;
        }
    }
    return factors_of_kernels.front();
}

/// Gaussian draws that the server sums for each connection: int(1e7) in server.py.
constexpr std::uint64_t gaussian_samples(std::string_view kernel) {
    return factors_of(kernel).gaussian * 10'000'000;
}

/// Uniform draws that a client sums: int(1.2e8) in serial_approach.py.
constexpr std::uint64_t uniform_samples(std::string_view kernel) {
    return factors_of(kernel).uniform * 120'000'000;
}

/// How often uniform_sum looks at the clock: n_chunks in async_approach.py.
inline constexpr std::uint64_t uniform_chunks = 40;

/// How long uniform_sum runs before it yields: time_allotment in async_approach.py.
inline constexpr std::chrono::seconds time_allotment{1};

} // namespace netio
