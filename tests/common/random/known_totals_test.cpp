// Totals that hold on every processor, the Gaussian ones on every processor with fused
// multiply-add. The uniform totals were computed in Python, with integers of any size, from the
// published algorithms, without any code of the library. The Gaussian totals are those of the
// kernels on x86-64 with AVX2: other processors must give the same bits.

#include "common/random/random_kernels.hpp"
#include "common/random/random_stream.hpp"
#include "common/random/random_sum.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

using netio::kernel_versions;
using netio::random_stream;
using netio::uint128;
using netio::uniform_total;

namespace {

constexpr auto greatest = std::numeric_limits<std::uint64_t>::max();

} // namespace

TEST_CASE("uniform_sum: the totals are the same on every processor", "[known_totals]") {
    struct known {
        std::uint64_t seed, index, n;
        uint128 units; ///< of 2^-53
    };
    const auto [seed, index, n, units] = GENERATE(
        known{1, 0, 1, 0x1f'0eca'e2cb'3f4e}, known{1, 0, 1000, 0x3dc0'2229'aec7'345e},
        known{1, 1, 1000, 0x3ef7'9b8c'c215'9e25}, known{greatest, 0, 1000, 0x3ddb'7e13'f844'3e94},
        known{20'240'229, 7, 1'000'003, uint128{0xf4} << 64 | 0x0829'99cc'e9d4'6226});
    for (const auto& version : kernel_versions()) {
        CAPTURE(seed, index, n, version.name);
        random_stream stream{seed, index};
        CHECK(uniform_sum(n, stream, version) == uniform_total{units});
    }
}

TEST_CASE("uniform_total: the nearest double is the same on every processor", "[known_totals]") {
    random_stream stream{20'240'229, 7};
    CHECK(uniform_sum(1'000'003, stream).value() == 0x1.e810533399d3bp+18);
}

TEST_CASE("gaussian_sum: the totals are the same on every processor with fused multiply-add",
          "[known_totals]") {
    struct known {
        std::uint64_t seed, index, n;
        double total;
    };
    const auto [seed, index, n, total] =
        GENERATE(known{1, 0, 64, 0x1.876d10a5f16d6p+2}, known{1, 1, 6'400, 0x1.0248738eb8146p+6},
                 known{greatest, 0, 640'000, 0x1.00a935d091f0fp+10});
    for (const auto& version : kernel_versions()) {
        CAPTURE(seed, index, n, version.name);
        random_stream stream{seed, index};
        // To the last bit with fused multiply-add, otherwise up to rounding.
        const double bound = version.fused ? 0.0 : 1e-9 * std::sqrt(static_cast<double>(n));
        CHECK_THAT(gaussian_sum(n, stream, version), Catch::Matchers::WithinAbs(total, bound));
    }
}
