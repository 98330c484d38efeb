#include "common/random/random_kernels.hpp"
#include "common/random/random_sum.hpp"
#include "tests/catch.hpp"
#include "tests/common/random/random_reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

using netio::block_size;
using netio::gaussian_sum;
using netio::kernel_versions;
using netio::random_stream;
using netio::uniform_sum;
using netio::uniform_total;

namespace {

/// The sums of the draws before each position: partial[i] is the sum of the first i draws.
template <typename Total, typename Draw>
std::vector<Total> partial_sums(const std::vector<Draw>& draws) {
    std::vector<Total> sums(1);
    for (const auto draw : draws) {
        sums.push_back(sums.back() + draw);
    }
    return sums;
}

using units = uniform_total::uint128;

std::vector<units> reference_uniform_sums(std::uint64_t seed, std::size_t n) {
    reference::stream bits{seed};
    return partial_sums<units>(reference::uniform_draws(bits, n));
}

std::vector<long double> reference_gaussian_sums(std::uint64_t seed, std::size_t n) {
    reference::stream bits{seed};
    return partial_sums<long double>(reference::gaussian_draws(bits, n / block_size + 1));
}

/// The difference of two sums of @p n Gaussian draws, in units of sqrt(n).
double error_of(double sum, long double expected, std::uint64_t n) {
    return static_cast<double>(std::fabs(sum - expected)) /
           std::sqrt(static_cast<double>(std::max<std::uint64_t>(n, 1)));
}

/// Lanes whose next two outputs are the given pairs, at most 32 pairs. xoshiro256+ outputs
/// a + d. If b = d, its next output is the old a.
netio::lane_states lanes_with(const std::vector<std::array<std::uint64_t, 2>>& outputs) {
    netio::lane_states lanes{};
    for (std::size_t lane = 0; lane < outputs.size(); ++lane) {
        const auto [first, second] = outputs[lane];
        lanes.words[0][lane] = second;
        lanes.words[1][lane] = first - second;
        lanes.words[3][lane] = first - second;
    }
    return lanes;
}

/// Compares one block of Gaussian draws with the reference's draws from the same words.
void check_precision(const std::vector<std::array<std::uint64_t, 2>>& words) {
    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        auto lanes = lanes_with(words);
        std::array<double, block_size> draws{};
        version.draw_gaussian(lanes, draws.data());
        for (std::size_t lane = 0; lane < words.size(); ++lane) {
            long double first = 0.0L;
            long double second = 0.0L;
            reference::box_muller(words[lane][0], words[lane][1], first, second);
            CAPTURE(words[lane][0], words[lane][1]);
            REQUIRE(std::fabs(draws[lane] / first - 1.0L) < 8 * 0x1p-53L);
            REQUIRE(std::fabs(draws[lane + 32] / second - 1.0L) < 8 * 0x1p-53L);
        }
    }
}

} // namespace

TEST_CASE("uniform_sum: adds up the reference's draws, for every n and every start",
          "[random_sum]") {
    const auto sums = reference_uniform_sums(7, 6 * block_size);
    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        for (std::size_t start = 0; start <= 2 * block_size; ++start) {
            random_stream at_start{7};
            REQUIRE(uniform_sum(start, at_start, version) == uniform_total{sums[start]});
            for (std::size_t n = 0; n <= 3 * block_size; ++n) {
                random_stream stream = at_start;
                const auto sum = uniform_sum(n, stream, version);
                REQUIRE(sum == uniform_total{sums[start + n] - sums[start]});
            }
        }
    }
}

TEST_CASE("gaussian_sum: adds up the reference's draws, for every n and every start",
          "[random_sum]") {
    const auto sums = reference_gaussian_sums(7, 6 * block_size);
    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        for (std::size_t start = 0; start <= 2 * block_size; ++start) {
            random_stream at_start{7};
            REQUIRE(error_of(gaussian_sum(start, at_start, version), sums[start], start) < 1e-14);
            for (std::size_t n = 0; n <= 3 * block_size; ++n) {
                random_stream stream = at_start;
                const double sum = gaussian_sum(n, stream, version);
                REQUIRE(error_of(sum, sums[start + n] - sums[start], n) < 1e-14);
            }
        }
    }
}

TEST_CASE("uniform_sum: splitting the draws does not change them", "[random_sum]") {
    constexpr std::uint64_t n = 300'000;
    const auto sums = reference_uniform_sums(11, n);
    std::mt19937_64 random{1};
    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        for (int repeat = 0; repeat < 20; ++repeat) {
            random_stream stream{11};
            uniform_total total;
            for (std::uint64_t done = 0; done < n;) {
                const auto portion = std::min(n - done, random() % 10'000);
                total += uniform_sum(portion, stream, version);
                done += portion;
                REQUIRE(total == uniform_total{sums[done]});
            }
        }
    }
}

TEST_CASE("uniform_sum: does not overflow in a long run", "[random_sum]") {
    // In one call each lane adds up 2^16 draws, 2^68 units: too much for 64 bits.
    constexpr std::uint64_t n = std::uint64_t{netio::lane_states::count} << 16;
    const auto sums = reference_uniform_sums(13, n);
    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        random_stream stream{13};
        CHECK(uniform_sum(n, stream, version) == uniform_total{sums[n]});
    }
}

TEST_CASE("gaussian_sum: splitting the draws does not change them", "[random_sum]") {
    constexpr std::uint64_t n = 300'000;
    const auto sums = reference_gaussian_sums(11, n);
    std::mt19937_64 random{1};
    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        for (int repeat = 0; repeat < 20; ++repeat) {
            random_stream stream{11};
            double total = 0.0;
            for (std::uint64_t done = 0; done < n;) {
                const auto portion = std::min(n - done, random() % 10'000);
                total += gaussian_sum(portion, stream, version);
                done += portion;
                REQUIRE(error_of(total, sums[done], done) < 1e-12);
            }
        }
    }
}

TEST_CASE("random_sum: n Gaussian draws use up as much of a stream as n uniform ones",
          "[random_sum]") {
    const auto sums = reference_uniform_sums(3, 10 * block_size);
    for (const std::size_t n : {1u, 31u, 32u, 33u, 63u, 64u, 65u, 500u}) {
        random_stream stream{3};
        (void)gaussian_sum(n, stream);
        CHECK(uniform_sum(100, stream) == uniform_total{sums[n + 100] - sums[n]});
    }
}

TEST_CASE("random_sum: every fused version gives the same bits", "[random_sum]") {
    for (const std::uint64_t n : {64ull, 65'535ull, 1'000'003ull}) {
        random_stream first{5, 9};
        const auto uniform = uniform_sum(n, first);
        const auto gaussian = gaussian_sum(n, first);
        for (const auto& version : kernel_versions()) {
            CAPTURE(version.name, n);
            random_stream stream{5, 9};
            CHECK(uniform_sum(n, stream, version) == uniform);
            const double sum = gaussian_sum(n, stream, version);
            CHECK(error_of(sum, gaussian, n) < 1e-12);
            if (version.fused == kernel_versions().back().fused) {
                CHECK(sum == gaussian);
            }
        }
    }
}

TEST_CASE("gaussian_sum: the draws are precise to a few units in the last place", "[random_sum]") {
    std::mt19937_64 random{2};
    for (int repeat = 0; repeat < 2000; ++repeat) {
        std::vector<std::array<std::uint64_t, 2>> words(32);
        for (auto& [radius_bits, angle_bits] : words) {
            radius_bits = random();
            angle_bits = random();
        }
        check_precision(words);
    }
}

TEST_CASE("gaussian_sum: the draws are as precise where logarithm and sine vanish",
          "[random_sum]") {
    // From either side towards 0, 1/4, 1/2, 3/4 and 1: the radius vanishes at u = 1, the
    // sine at 1/2.
    std::vector<std::uint64_t> edges;
    for (const std::uint64_t quarter : {0u, 1u, 2u, 3u}) {
        for (const int k : {10, 11, 12, 13, 14, 20, 30, 45, 60}) {
            edges.push_back((quarter << 62) + (std::uint64_t{1} << k));
            edges.push_back((quarter << 62) - (std::uint64_t{1} << k));
        }
    }
    for (const auto radius_bits : edges) {
        std::vector<std::array<std::uint64_t, 2>> words;
        for (const auto angle_bits : edges) {
            words.push_back({radius_bits, angle_bits});
            if (words.size() == 32) {
                check_precision(words);
                words.clear();
            }
        }
        check_precision(words);
    }
}

TEST_CASE("gaussian_sum: the draws reach out to 8.49 standard deviations, and are finite",
          "[random_sum]") {
    // The smallest u, 2^-52, and an angle of nearly 0.
    auto lanes = lanes_with({{0, std::uint64_t{1} << 63}});
    std::array<double, block_size> draws{};
    kernel_versions().back().draw_gaussian(lanes, draws.data());
    const double farthest = std::sqrt(-2.0 * std::log(0x1p-52));
    CHECK(farthest > 8.49);
    CHECK_THAT(draws[0], Catch::Matchers::WithinRel(farthest, 1e-15));
    CHECK(draws[32] > 0.0);
}

TEST_CASE("uniform_total: is exact, and rounds only when asked for its value", "[random_sum]") {
    const auto large = uniform_total{units{1} << 100};
    uniform_total sum = large;
    sum += uniform_total{1};
    CHECK(sum.value() == large.value()); // 2^-53 is lost beside 2^47
    CHECK(sum != large);                 // but kept in the sum
    CHECK(large.value() == 0x1p47);
    CHECK(uniform_total{}.value() == 0.0);
    CHECK(uniform_total{(units{1} << 53) - 1}.value() == 1.0 - 0x1p-53);
}

TEST_CASE("uniform_sum: zero draws sum to 0 and do not advance the stream", "[random_sum]") {
    random_stream stream{1};
    CHECK(uniform_sum(0, stream) == uniform_total{});
    CHECK(gaussian_sum(0, stream) == 0.0);
    random_stream untouched{1};
    CHECK(uniform_sum(1000, stream) == uniform_sum(1000, untouched));
}
