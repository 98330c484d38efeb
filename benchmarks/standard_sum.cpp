// Compiled once for each instruction set, like common/random/random_kernels.cpp, so that each
// kernel can be compared with the standard library for the same instruction set.

#include "benchmarks/standard_sum.hpp"

#include <random>

namespace NETIO_KERNEL_NAMESPACE {

extern const standard_version standard;

namespace {

// An inline function of the standard library has the same name in every compilation, and the
// linker would keep one copy for all instruction sets. So no such function may remain: the
// functions that draw from this engine are local to the file, because the engine is, and the rest
// is inlined.
struct engine : std::mt19937_64 {
    using std::mt19937_64::mt19937_64;
};

template <typename Distribution>
[[gnu::flatten]] double sum(std::uint64_t n) {
    engine bits{1}; // seeding it each time is about a thousandth of the cost
    Distribution distribution;
    double total = 0.0;
    for (std::uint64_t i = 0; i < n; ++i) {
        total += distribution(bits);
    }
    return total;
}

} // namespace

const standard_version standard{sum<std::uniform_real_distribution<double>>,
                                sum<std::normal_distribution<double>>};

} // namespace NETIO_KERNEL_NAMESPACE
