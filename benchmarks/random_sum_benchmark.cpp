#include "benchmarks/compare.hpp"
#include "benchmarks/standard_sum.hpp"
#include "common/random/random_kernels.hpp"
#include "common/random/random_sum.hpp"
#include "tests/catch.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

// The figures of docs/how-fast.md for the sums come from this benchmark, run by scripts/bench.

// Each compilation of standard_sum.cpp defines one of these.
namespace baseline {
extern const standard_version standard;
}
#ifdef NETIO_X86_64_VERSIONS
namespace x86_64_v3 {
extern const standard_version standard;
}
namespace x86_64_v4 {
extern const standard_version standard;
}
#endif

namespace {

using netio::kernel_version;
using netio::random_stream;

constexpr std::uint64_t draws = 1'000'000; // a run of 1 ms is then 1 ns per draw

/// The standard library, compiled for the instruction set of a kernel.
const standard_version& standard_beside(const kernel_version& kernel) {
    const std::string_view name = kernel.name;
#ifdef NETIO_X86_64_VERSIONS
    if (name == "x86-64-v3") {
        return x86_64_v3::standard;
    }
    if (name == "x86-64-v4") {
        return x86_64_v4::standard;
    }
#endif
    if (name != "baseline") {
        throw std::logic_error("a kernel without its rival");
    }
    return baseline::standard;
}

/// The contenders: each kernel, after the standard library compiled for the same instruction
/// set.
///
/// @param sum computes the kernel's sum.
std::vector<contender> pairs(std::string_view standard_name,
                             double (*standard_version::*standard_sum)(std::uint64_t),
                             std::string_view name,
                             double (*sum)(random_stream&, const kernel_version&)) {
    std::vector<contender> contenders;
    for (const auto& kernel : netio::kernel_versions()) {
        const auto rival = contenders.size();
        contenders.push_back({fmt::format("{}, {}", standard_name, kernel.name),
                              [work = standard_beside(kernel).*standard_sum] {
                                  return work(draws);
                              }});
        contenders.push_back({fmt::format("{}, {}", name, kernel.name),
                              [sum, &kernel] {
                                  static random_stream stream{1};
                                  return sum(stream, kernel);
                              },
                              rival});
    }
    return contenders;
}

} // namespace

TEST_CASE("uniform_sum") {
    compare("one uniform draw", draws, 101,
            pairs("uniform_real_distribution", &standard_version::sum_uniform, "uniform_sum",
                  [](random_stream& stream, const kernel_version& kernel) {
                      return netio::uniform_sum(draws, stream, kernel).value();
                  }));
}

TEST_CASE("gaussian_sum") {
    compare("one Gaussian draw", draws, 101,
            pairs("normal_distribution", &standard_version::sum_gaussian, "gaussian_sum",
                  [](random_stream& stream, const kernel_version& kernel) {
                      return netio::gaussian_sum(draws, stream, kernel);
                  }));
}
