#pragma once

#include "common/random/random_sum.hpp"

#include <cstdint>
#include <span>

// Internal to common/random, its tests and its benchmark. The programs use random_sum.hpp.

namespace netio {

using uint128 = uniform_total::uint128;

/// The kernels work on blocks of two draws per lane: one draw of every lane, then a second
/// one of every lane. Two, because the Box-Muller method makes two Gaussian draws from two
/// uniform ones.
inline constexpr std::uint64_t block_size = std::uint64_t{2} * lane_states::count;

/// One compilation of random_kernels.cpp, for one instruction set. All versions make
/// the same uniform draws. All fused versions make the same Gaussian draws and sums, bit
/// for bit; those of the other versions differ by rounding.
struct kernel_version {
    const char* name; ///< the instruction set, as in the compiler's -march, or "baseline"
    bool fused;       ///< whether multiply-adds are rounded once

    /// Adds up the uniform draws of the next @p blocks blocks, in units of 2^-53.
    uint128 (*sum_uniform)(lane_states& lanes, std::uint64_t blocks);
    /// Adds up the Gaussian draws of the next @p blocks blocks.
    double (*sum_gaussian)(lane_states& lanes, std::uint64_t blocks);

    /// Writes the next block's uniform draws, block_size numbers, in units of 2^-53.
    void (*draw_uniform)(lane_states& lanes, std::uint64_t* draws);
    /// Writes the next block's Gaussian draws, block_size numbers.
    void (*draw_gaussian)(lane_states& lanes, double* draws);
};

/// The versions that this processor can run, the fastest last.
[[nodiscard]] std::span<const kernel_version> kernel_versions() noexcept;

/// The version that use_kernel() has chosen; by default, the fastest.
[[nodiscard]] const kernel_version& version_in_use() noexcept;

/// As in random_sum.hpp, with the given version.
[[nodiscard]] uniform_total uniform_sum(std::uint64_t n, random_stream& stream,
                                        const kernel_version& version) noexcept;
[[nodiscard]] double gaussian_sum(std::uint64_t n, random_stream& stream,
                                  const kernel_version& version) noexcept;

} // namespace netio
