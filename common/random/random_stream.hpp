#pragma once

#include <cstdint>

namespace netio {

class uniform_total;
struct kernel_version;

/// The state of a stream's generators, the "lanes": word w of lane i is
/// words[w][i], so that the same word of neighbouring lanes fills a vector register.
struct lane_states {
    static constexpr unsigned count = 32;
    std::uint64_t words[4][count];
};

/// The lanes with which a stream begins.
///
/// SplitMix64 generators (Steele, Lea and Flood 2014) fill the lanes, as xoshiro's authors
/// recommend: one generator gives words 0 and 1 of lane 0, 1, 2, ..., another gives words 2
/// and 3. They start at hashes of seed and index, 128 bits in all. If they started at the seed
/// itself, seeds that differ by a small multiple of SplitMix64's increment would share lanes.
[[nodiscard]] lane_states seeded_lanes(std::uint64_t seed, std::uint64_t index) noexcept;

/// A reproducible, practically endless sequence of random draws.
///
/// Draw i comes from lane i % 32, and each lane is a xoshiro256+ by Blackman and
/// Vigna (2019), https://prng.di.unimi.it. The sums of random_sum.hpp consume the draws. The
/// 64-bit words behind the draws depend neither on the processor nor on how many draws are
/// consumed at a time.
///
/// Lanes do not overlap in practice, within a stream or between streams: they start at
/// hashed places of a cycle of 2^256 - 1 draws. The probability that any two of a million
/// streams share a lane is 2^-83.
class random_stream {
public:
    /// @param seed  any value; the same seed and index give the same draws.
    /// @param index selects one of the seed's independent streams.
    explicit random_stream(std::uint64_t seed, std::uint64_t index = 0) noexcept
        : lanes_{seeded_lanes(seed, index)} {}

private:
    friend uniform_total uniform_sum(std::uint64_t, random_stream&, const kernel_version&) noexcept;
    friend double gaussian_sum(std::uint64_t, random_stream&, const kernel_version&) noexcept;

    template <class Total, class Draw, class Sum>
    Total sum(std::uint64_t n, Sum (*sum_blocks)(lane_states&, std::uint64_t),
              void (*draw_block)(lane_states&, Draw*)) noexcept;

    lane_states lanes_;        ///< at the start of the current block
    std::uint64_t offset_ = 0; ///< how many draws of that block have been used
};

} // namespace netio
