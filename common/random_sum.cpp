#include "common/random_sum.hpp"

#include <cmath>
#include <numbers>

namespace netio {

uniform_total uniform_sum(std::uint64_t n, random_stream& stream) noexcept {
    uniform_total total;
    for (std::uint64_t i = 0; i < n; ++i) {
        total += uniform_total{stream.next() >> 11};
    }
    return total;
}

double gaussian_sum(std::uint64_t n, random_stream& stream) noexcept {
    // Box and Muller (1958); the sine half is not used.
    double total = 0.0;
    for (std::uint64_t i = 0; i < n; ++i) {
        const double u = static_cast<double>((stream.next() >> 11) + 1) * 0x1p-53;
        const double v = static_cast<double>(stream.next() >> 11) * 0x1p-53;
        total += std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
    }
    return total;
}

} // namespace netio
