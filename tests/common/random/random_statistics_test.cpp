#include "common/random/random_kernels.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

// Do the draws look like independent draws from their distribution? Every bound is 5 standard
// deviations of the statistic under that distribution (the comment gives sigma). A flawless
// generator exceeds such a bound once in 1.7 million times. The seed is fixed; to try another:
// NETIO_TEST_SEED=42 kernel_tests "[random_statistics]"

namespace {

using netio::block_size;
using netio::lane_states;

constexpr std::size_t sample_size = std::size_t{1} << 22;

std::uint64_t seed() {
    const char* text = std::getenv("NETIO_TEST_SEED");
    return text == nullptr ? 2024 : std::stoull(text);
}

std::vector<std::uint64_t> uniform_bits(std::uint64_t seed, std::uint64_t index, std::size_t n) {
    auto lanes = netio::seeded_lanes(seed, index);
    std::vector<std::uint64_t> draws(n);
    for (std::size_t i = 0; i < n; i += block_size) {
        netio::kernel_versions().back().draw_uniform(lanes, draws.data() + i);
    }
    return draws;
}

/// Uniform draws, shifted and scaled to mean 0 and variance 1.
std::vector<double> standard_uniform_draws(std::uint64_t seed, std::uint64_t index = 0,
                                           std::size_t n = sample_size) {
    std::vector<double> draws;
    draws.reserve(n);
    for (const auto bits : uniform_bits(seed, index, n)) {
        draws.push_back((static_cast<double>(bits) * 0x1p-53 - 0.5) * std::sqrt(12.0));
    }
    return draws;
}

std::vector<double> gaussian_draws(std::uint64_t seed, std::uint64_t index = 0,
                                   std::size_t n = sample_size) {
    auto lanes = netio::seeded_lanes(seed, index);
    std::vector<double> draws(n);
    for (std::size_t i = 0; i < n; i += block_size) {
        netio::kernel_versions().back().draw_gaussian(lanes, draws.data() + i);
    }
    return draws;
}

/// How many standard deviations @p value is away from @p expected.
double deviation(double value, double expected, double sigma) {
    return std::fabs(value - expected) / sigma;
}

/// The mean of x^k over the draws.
double moment(const std::vector<double>& draws, std::size_t k) {
    double sum = 0.0;
    for (const double x : draws) {
        double power = 1.0;
        for (std::size_t i = 0; i < k; ++i) {
            power *= x;
        }
        sum += power;
    }
    return sum / static_cast<double>(draws.size());
}

/// Compares moments 1 to 4 with those of the distribution, which has mean 0 and variance 1:
/// then they are mean, variance, skewness and kurtosis. The sigma of moment k is
/// sqrt((moment 2k - (moment k)^2) / n).
void check_moments(const std::vector<double>& draws, const std::array<double, 9>& law) {
    for (std::size_t k = 1; k <= 4; ++k) {
        CAPTURE(k);
        const double sigma =
            std::sqrt((law[2 * k] - law[k] * law[k]) / static_cast<double>(draws.size()));
        CHECK(deviation(moment(draws, k), law[k], sigma) < 5.0);
    }
}

/// The Kolmogorov-Smirnov statistic: the greatest distance between the distribution function
/// of the draws and the expected one, times sqrt(n). It exceeds 2.75 with probability
/// 2 exp(-2 * 2.75^2) = 5.4e-7, the equivalent of 5 sigma.
template <typename Law>
double kolmogorov_smirnov(std::vector<double> draws, Law law) {
    std::sort(draws.begin(), draws.end());
    const auto n = static_cast<double>(draws.size());
    double distance = 0.0;
    for (std::size_t i = 0; i < draws.size(); ++i) {
        const double expected = law(draws[i]);
        distance = std::max({distance, expected - static_cast<double>(i) / n,
                             static_cast<double>(i + 1) / n - expected});
    }
    return distance * std::sqrt(n);
}

/// The correlation of two series, in units of its sigma, 1 / sqrt(n).
double correlation(const double* a, const double* b, std::size_t n) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        sum += a[i] * b[i];
    }
    return sum / std::sqrt(static_cast<double>(n));
}

/// Correlates each draw with a later one: in the next lane, in the same lane, and beyond.
void check_lags(const std::vector<double>& draws) {
    for (const std::size_t lag : {1u, 2u, 3u, 8u, 16u, 31u, 32u, 33u, 64u, 96u}) {
        CAPTURE(lag);
        CHECK(std::fabs(correlation(draws.data(), draws.data() + lag, draws.size() - lag)) < 5.0);
    }
}

/// All pairs of lanes in one statistic: the squared correlations of independent lanes, in
/// units of sigma, add up to chi squared with 496 degrees of freedom, which has mean 496 and
/// sigma sqrt(2 * 496).
void check_lanes(const std::vector<double>& draws) {
    constexpr std::size_t lanes = lane_states::count;
    std::array<std::array<double, lanes>, lanes> products{};
    for (std::size_t row = 0; row < draws.size(); row += lanes) {
        for (std::size_t a = 0; a < lanes; ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                products[a][b] += draws[row + a] * draws[row + b];
            }
        }
    }
    const double rows = static_cast<double>(draws.size() / lanes);
    double chi_squared = 0.0;
    for (const auto& with_a : products) {
        for (const double product : with_a) {
            chi_squared += product * product / rows;
        }
    }
    const double pairs = lanes * (lanes - 1) / 2;
    CHECK(deviation(chi_squared, pairs, std::sqrt(2.0 * pairs)) < 5.0);
}

/// One stream, and streams that a user expects to be independent of it: those of the next
/// indices, of the next seeds, and of seeds that differ by SplitMix64's increment.
template <typename Draws>
void check_related_streams(Draws draws) {
    constexpr std::size_t n = sample_size / 16;
    const auto first = draws(seed(), 0, n);
    for (std::uint64_t k = 1; k <= 4; ++k) {
        CAPTURE(k);
        const std::vector<double> related[] = {draws(seed(), k, n), draws(seed() + k, 0, n),
                                               draws(seed() + k * 0x9e3779b97f4a7c15, 0, n)};
        for (const auto& other : related) {
            CHECK(std::fabs(correlation(first.data(), other.data(), n)) < 5.0);
        }
    }
}

/// x^2, scaled to mean 0 and variance 1 for Gaussian x.
std::vector<double> standard_squares(std::vector<double> draws) {
    for (auto& x : draws) {
        x = (x * x - 1.0) / std::sqrt(2.0);
    }
    return draws;
}

} // namespace

TEST_CASE("uniform draws: have the moments of their distribution", "[random_statistics]") {
    // Moment 2k of the uniform law on (-sqrt(3), sqrt(3)) is 3^k / (2k + 1).
    check_moments(standard_uniform_draws(seed()), {1, 0, 1, 0, 9.0 / 5, 0, 27.0 / 7, 0, 9});
}

TEST_CASE("uniform draws: match their distribution function", "[random_statistics]") {
    const auto law = [](double x) {
        return x / std::sqrt(12.0) + 0.5;
    };
    CHECK(kolmogorov_smirnov(standard_uniform_draws(seed(), 0, sample_size / 4), law) < 2.75);
}

TEST_CASE("uniform draws: set each of their 53 bits half of the time", "[random_statistics]") {
    // Each count has sigma sqrt(n / 4); their squared deviations add up to chi squared
    // with 53 degrees of freedom, sigma sqrt(2 * 53).
    std::array<double, 53> counts{};
    for (const auto draw : uniform_bits(seed(), 0, sample_size / 4)) {
        for (std::size_t bit = 0; bit < counts.size(); ++bit) {
            counts[bit] += static_cast<double>(draw >> bit & 1);
        }
    }
    constexpr double n = sample_size / 4;
    double chi_squared = 0.0;
    for (const double count : counts) {
        chi_squared += (count - n / 2) * (count - n / 2) / (n / 4);
    }
    CHECK(deviation(chi_squared, 53.0, std::sqrt(2.0 * 53.0)) < 5.0);
}

TEST_CASE("uniform draws: do not depend on their neighbours", "[random_statistics]") {
    check_lags(standard_uniform_draws(seed()));
}

TEST_CASE("uniform draws: lanes do not depend on each other", "[random_statistics]") {
    check_lanes(standard_uniform_draws(seed()));
}

TEST_CASE("uniform draws: related streams do not depend on each other", "[random_statistics]") {
    check_related_streams(standard_uniform_draws);
}

TEST_CASE("Gaussian draws: have the moments of their distribution", "[random_statistics]") {
    check_moments(gaussian_draws(seed()), {1, 0, 1, 0, 3, 0, 15, 0, 105});
}

TEST_CASE("Gaussian draws: match their distribution function", "[random_statistics]") {
    const auto law = [](double x) {
        return std::erfc(-x / std::sqrt(2.0)) / 2.0;
    };
    CHECK(kolmogorov_smirnov(gaussian_draws(seed(), 0, sample_size / 4), law) < 2.75);
}

TEST_CASE("Gaussian draws: have the expected number in each tail", "[random_statistics]") {
    const auto draws = gaussian_draws(seed());
    constexpr double n = sample_size;
    for (const double edge : {1.0, 2.0, 3.0, 4.0}) {
        CAPTURE(edge);
        // Binomial: sigma is sqrt(n p (1 - p)); 133 are expected beyond 4.
        const double p = std::erfc(edge / std::sqrt(2.0)) / 2.0;
        const double sigma = std::sqrt(n * p * (1.0 - p));
        const auto above =
            std::count_if(draws.begin(), draws.end(), [edge](double x) { return x > edge; });
        const auto below =
            std::count_if(draws.begin(), draws.end(), [edge](double x) { return x < -edge; });
        CHECK(deviation(static_cast<double>(above), n * p, sigma) < 5.0);
        CHECK(deviation(static_cast<double>(below), n * p, sigma) < 5.0);
    }
}

TEST_CASE("Gaussian draws: do not depend on their neighbours", "[random_statistics]") {
    const auto draws = gaussian_draws(seed());
    check_lags(draws);
    check_lags(standard_squares(draws)); // the two coordinates of a point share its radius
}

TEST_CASE("Gaussian draws: lanes do not depend on each other", "[random_statistics]") {
    check_lanes(gaussian_draws(seed()));
}

TEST_CASE("Gaussian draws: related streams do not depend on each other", "[random_statistics]") {
    check_related_streams(gaussian_draws);
}
