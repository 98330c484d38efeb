#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace netio {

// The Python original's workload, and the factors that multiply it here. The kernels are 60 to 800
// times as fast as the original's interpreted loops. With the original's counts the whole run
// would take less than 0.1 s, and no time allotment would ever be used up. The original takes
// about 2.8 s on the server and 4.7 s in the clients. The factors restore times of this order. The
// options `--samples 1e7` and `--samples 1.2e8` give the original's counts. scripts/demo measures
// the machine, and chooses the counts that take 2.5 s and 4.6 s on it.

/// The factors that multiply the original's counts, for one kernel.
struct workload_factors {
    std::string_view kernel; ///< its name: see common/random/kernel.hpp
    std::uint64_t gaussian;
    std::uint64_t uniform;
};

/// One row for each kernel. The factors are constants, so that a machine has the same defaults
/// in every run. But with the same kernel, processors differ by a factor of 3 and more. So the
/// table aims at a short run: on the fastest processor, the sum takes 2.2 s, which is enough for
/// two pauses; on the slowest, with busy neighbours, both jobs together take at most 12 s.
///
/// Each comment gives the nanoseconds that a Gaussian and a uniform draw take on three server
/// processors: an AMD EPYC, an Intel Xeon at 2.6 GHz, and a slow one with busy neighbours (see
/// benchmarks/). For 64-bit Arm the nanoseconds are calculated: the object code has 20 vector
/// instructions for a Gaussian draw and 6 for a uniform one, and the core is assumed to complete
/// 3.5 of them in a cycle, at 3 GHz.
inline constexpr std::array factors_of_kernels{
#ifdef __aarch64__
    workload_factors{"baseline", 95, 47}, // 1.9 and 0.57
#else
    workload_factors{"baseline", 85, 38}, // 2.2 and 0.50; 2.4 and 0.55; 5.4 and 1.6
#endif
    workload_factors{"x86-64-v3", 185, 90},  // 0.77 and 0.21; 0.93 and 0.30; 2.2 and 0.72
    workload_factors{"x86-64-v4", 130, 255}, // 0.36 and 0.072; 0.84 and 0.146; 1.9 and 0.31
};

/// The kernel's factors, or the baseline's if @p kernel is not in the table.
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

/// The number of chunks into which uniform_sum is split, with a look at the clock after each:
/// n_chunks in async_approach.py.
inline constexpr std::uint64_t uniform_chunks = 40;

/// How long uniform_sum runs before it yields: time_allotment in async_approach.py.
inline constexpr std::chrono::seconds time_allotment{1};

} // namespace netio
