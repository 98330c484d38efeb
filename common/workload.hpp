#pragma once

#include <chrono>
#include <cstdint>

namespace netio {

// The original's workload, and what it is multiplied by here. With AVX-512 the kernels
// are some 500 times faster than the original's interpreted loops: with its counts the
// whole run would take 20 ms, and no time allotment would ever be used up. The
// factors bring back its wall-clock picture, about 2.5 s on the server and 4.6 s in
// the clients, where a Gaussian draw takes 0.6 ns and a uniform one 0.08 ns: on a
// present-day x86-64 core with AVX-512 (see benchmarks/). Where it takes longer, so
// does the run. `--samples 1e7` and `--samples 1.2e8` give the original's counts.

/// Gaussian draws that the server sums for each connection: int(1e7) in server.py.
inline constexpr std::uint64_t gaussian_samples = 410 * std::uint64_t{10'000'000};

/// Uniform draws that a client sums: int(1.2e8) in serial_approach.py.
inline constexpr std::uint64_t uniform_samples = 480 * std::uint64_t{120'000'000};

/// How often uniform_sum looks at the clock: n_chunks in async_approach.py.
inline constexpr std::uint64_t uniform_chunks = 40;

/// How long uniform_sum runs before it yields: time_allotment in async_approach.py.
inline constexpr std::chrono::seconds time_allotment{1};

} // namespace netio
