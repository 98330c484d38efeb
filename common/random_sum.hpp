#pragma once

#include "common/random_stream.hpp"

#include <cstdint>

namespace netio {

/// A sum of uniform draws, exact: a whole number of 2^-53, so that it does not
/// matter in which portions the draws are added.
class uniform_total {
public:
    uniform_total() = default;
    explicit uniform_total(std::uint64_t draw)
        : units_{draw} {}

    uniform_total& operator+=(uniform_total other) noexcept {
        units_ += other.units_;
        return *this;
    }

    /// The nearest double.
    [[nodiscard]] double value() const noexcept { return static_cast<double>(units_) * 0x1p-53; }

private:
    __extension__ using uint128 = unsigned __int128;
    uint128 units_ = 0;
};

/// Sums the next @p n draws from U[0, 1): multiples of 2^-53, never 1.0.
[[nodiscard]] uniform_total uniform_sum(std::uint64_t n, random_stream& stream) noexcept;

/// Sums the next @p n draws from the standard normal distribution N(0, 1).
[[nodiscard]] double gaussian_sum(std::uint64_t n, random_stream& stream) noexcept;

} // namespace netio
