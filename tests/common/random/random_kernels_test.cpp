#include "common/random/random_kernels.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

// The kernels compiled once more, as a reference in which every fused multiply-add is a call
// of std::fma, on any processor. The source is included, so that its internal functions can be
// tested, too.
#ifndef __FP_FAST_FMA
#define __FP_FAST_FMA 1
#endif
#define NETIO_KERNEL_NAMESPACE fused_reference
#define NETIO_KERNEL_NAME "reference"
#include "common/random/random_kernels.cpp"

namespace {

using netio::block_size;
using netio::kernel_version;
using netio::kernel_versions;
namespace reference = netio::fused_reference;

/// The relative error in units of 2^-53.
double error_of(double value, long double expected) {
    return static_cast<double>(std::fabs(value / expected - 1.0L) * 0x1p53L);
}

/// Random words. Many have a long run of equal bits at the top, so that the number made from
/// them is close to 0, 1/2 or 1.
std::uint64_t random_word(std::mt19937_64& random) {
    const std::uint64_t word = random();
    const std::uint64_t top = random() % 4 == 0 ? std::uint64_t{1} << 63 : 0;
    const std::uint64_t shifted = word >> random() % 52;
    return random() % 2 == 0 ? word : (random() % 2 == 0 ? shifted : ~shifted) ^ top;
}

constexpr int repeats = 200'000;
constexpr long double half_pi = std::numbers::pi_v<long double> / 2;

double gaussian_sum(std::uint64_t blocks, std::uint64_t seed, const kernel_version& version) {
    auto lanes = netio::seeded_lanes(seed, 0);
    return version.sum_gaussian(lanes, blocks);
}

std::array<double, block_size> gaussian_draws(std::uint64_t seed, const kernel_version& version) {
    auto lanes = netio::seeded_lanes(seed, 0);
    std::array<double, block_size> draws{};
    version.draw_gaussian(lanes, draws.data());
    return draws;
}

} // namespace

TEST_CASE("random_kernels: the logarithm stays within its error bound", "[random_kernels]") {
    std::mt19937_64 random{1};
    double greatest = 0.0;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        const double u = reference::open_unit(random_word(random), 0.0);
        const auto expected = -2.0L * std::log(static_cast<long double>(u));
        greatest = std::max(greatest, error_of(reference::minus_two_log(u), expected));
    }
    CHECK(greatest < 6.0);
}

TEST_CASE("random_kernels: sine and cosine stay within their error bounds", "[random_kernels]") {
    std::mt19937_64 random{2};
    double greatest = 0.0;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        const double x = reference::open_unit(random_word(random), 0.5);
        greatest = std::max({greatest, error_of(reference::sin_half_pi(x), std::sin(half_pi * x)),
                             error_of(reference::cos_half_pi(x), std::cos(half_pi * x))});
    }
    CHECK(greatest < 3.0);
}

TEST_CASE("random_kernels: fused versions give std::fma's bits, on every processor",
          "[random_kernels]") {
    const auto& expected = reference::kernels;
    // A known answer, so that processors in different machines can be compared.
    CHECK(gaussian_sum(10'000, 5, expected) == -0x1.19a4ec549e54ap+8);
    for (const auto& version : kernel_versions()) {
        if (!version.fused) {
            continue;
        }
        CAPTURE(version.name);
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            REQUIRE(gaussian_draws(seed, version) == gaussian_draws(seed, expected));
        }
        for (const std::uint64_t blocks : {1u, 2u, 1000u, 10'000u}) {
            CHECK(gaussian_sum(blocks, 5, version) == gaussian_sum(blocks, 5, expected));
        }
    }
}

TEST_CASE("random_kernels: versions for AVX2 and AVX-512 are fused", "[random_kernels]") {
    for (const auto& version : kernel_versions().subspan(1)) {
        CAPTURE(version.name);
        CHECK(version.fused);
    }
}

TEST_CASE("random_kernels: without fused multiply-add sums differ by rounding only",
          "[random_kernels]") {
    const auto& baseline = kernel_versions().front();
    for (const std::uint64_t blocks : {1u, 1000u, 10'000u}) {
        // For small n the bound of 1e-9 sqrt(n) in random_sum.hpp is a generous one.
        const double bound = 1e-13 * std::sqrt(static_cast<double>(blocks * block_size));
        const double expected = gaussian_sum(blocks, 5, reference::kernels);
        CHECK_THAT(gaussian_sum(blocks, 5, baseline), Catch::Matchers::WithinAbs(expected, bound));
    }
}
