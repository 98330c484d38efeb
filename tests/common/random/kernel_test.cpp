#include "common/random/kernel.hpp"
#include "common/random/random_kernels.hpp"
#include "common/random/random_sum.hpp"
#include "common/workload.hpp"
#include "tests/catch.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

using netio::kernel_in_use;
using netio::kernel_names;
using netio::kernel_versions;
using netio::random_stream;
using netio::use_kernel;

namespace {

/// Restores the fastest kernel after a test.
struct fastest_again {
    ~fastest_again() { use_kernel(kernel_names().back()); }
};

std::string refusal_of(std::string_view name) {
    try {
        use_kernel(name);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

} // namespace

TEST_CASE("kernel: the fastest is the default, the baseline is always available", "[kernel]") {
    CHECK(kernel_names().front() == "baseline");
    CHECK(kernel_in_use() == kernel_names().back());
}

TEST_CASE("kernel: the chosen kernel makes the sums", "[kernel]") {
    const fastest_again restore;
    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        use_kernel(version.name);
        CHECK(kernel_in_use() == version.name);
        CHECK(&netio::version_in_use() == &version);
        random_stream chosen{1};
        random_stream expected{1};
        // Without fused multiply-add the sum differs in its last digits.
        CHECK(gaussian_sum(1'000'003, chosen) == gaussian_sum(1'000'003, expected, version));
        CHECK(uniform_sum(1000, chosen) == uniform_sum(1000, expected, version));
    }
}

TEST_CASE("kernel: one that this processor cannot run is refused, with a list of those it can",
          "[kernel]") {
    const auto* const name = GENERATE("", "base", "baseline ", "BASELINE", "x86-64-v9");
    const auto before = kernel_in_use();
    const auto refusal = refusal_of(name);
    CAPTURE(name, refusal);
    for (const auto runnable : kernel_names()) {
        CHECK(refusal.find(runnable) != std::string::npos);
    }
    CHECK_THROWS_AS(netio::runnable_kernel(name), std::invalid_argument);
    CHECK(kernel_in_use() == before);
}

TEST_CASE("kernel: each kernel has its own workload", "[kernel]") {
    for (const auto name : kernel_names()) {
        CHECK(netio::factors_of(name).kernel == name);
    }
    CHECK(netio::factors_of("unknown").kernel == "baseline");
    CHECK(netio::gaussian_samples("x86-64-v3") ==
          netio::factors_of("x86-64-v3").gaussian * 10'000'000);
    CHECK(netio::uniform_samples("x86-64-v3") ==
          netio::factors_of("x86-64-v3").uniform * 120'000'000);
}
