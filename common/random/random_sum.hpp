#pragma once

#include "common/random/random_stream.hpp"

#include <cstdint>

namespace netio {

/// An exact sum of uniform draws: a whole multiple of 2^-53 in 128 bits. Draws that are split
/// into portions, in any way, add up to the same total.
class uniform_total {
public:
    __extension__ using uint128 = unsigned __int128; // not in ISO C++, hence __extension__

    uniform_total() = default; ///< 0

    /// @param units the sum in units of 2^-53.
    explicit uniform_total(uint128 units) noexcept
        : units_{units} {}

    uniform_total& operator+=(uniform_total other) noexcept {
        units_ += other.units_;
        return *this;
    }

    friend bool operator==(uniform_total, uniform_total) = default;

    /// The nearest double.
    [[nodiscard]] double value() const noexcept { return static_cast<double>(units_) * 0x1p-53; }

private:
    uint128 units_ = 0;
};

/// Sums the next @p n draws from U[0, 1): multiples of 2^-53, never 1.0.
///
/// The sum has mean n/2 and standard deviation sqrt(n/12): 6.0e7 +- 3.2e3 at
/// n = 1.2e8. It is the same on every processor, to the last bit.
///
/// @param n      number of draws; 0 gives 0.
/// @param stream advanced by exactly n draws, so that summing n1 and then n2 uses
///               the same draws as summing n1 + n2.
/// @return the sum, dimensionless and exact.
/// @note Counterpart of the loop in uniform_sum() of serial_approach.py.
[[nodiscard]] uniform_total uniform_sum(std::uint64_t n, random_stream& stream) noexcept;

/// Sums the next @p n draws from the standard normal distribution N(0, 1).
///
/// The draws have a relative error of a few units in the last place (below 1e-15)
/// and reach out to 8.49 standard deviations. The sum has mean 0 and standard
/// deviation sqrt(n). It is the same, to the last bit, with every kernel that uses fused
/// multiply-add (a * b + c, rounded once): with AVX2, with AVX-512, and on every 64-bit Arm. With
/// the baseline of x86-64, or when the same draws are split into other portions, rounding changes
/// the sum by less than 1e-9 sqrt(n).
///
/// @param n      number of draws; 0 gives 0.0.
/// @param stream advanced by exactly n draws, as far as n uniform draws would advance it.
///               Summing n1 and then n2 uses the same draws as summing n1 + n2.
/// @return the sum, dimensionless.
/// @note Counterpart of the loop in gaussian_sum() of server.py. The method is that of Box
///       and Muller (1958); both draws of each pair are used.
[[nodiscard]] double gaussian_sum(std::uint64_t n, random_stream& stream) noexcept;

} // namespace netio
