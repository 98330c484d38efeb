#pragma once

#include <array>
#include <cstdint>

namespace netio {

/// A reproducible, endless sequence of random draws: xoshiro256+ by Blackman and
/// Vigna (2019), https://prng.di.unimi.it.
class random_stream {
public:
    /// @param seed  any value; the same seed gives the same draws.
    /// @param index which of the seed's streams: they do not overlap.
    explicit random_stream(std::uint64_t seed, std::uint64_t index = 0) noexcept;

    /// The next 64 random bits; the low ones are of lesser quality.
    [[nodiscard]] std::uint64_t next() noexcept;

private:
    std::array<std::uint64_t, 4> state_{};
};

} // namespace netio
