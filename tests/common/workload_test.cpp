#include "common/workload.hpp"
#include "tests/catch.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// How many nanoseconds a draw takes: measured on the fastest and on the slowest processor that
/// was at hand, the slowest with busy neighbours.
struct draw_times {
    std::string_view kernel;
    double fastest_uniform;
    double slowest_uniform;
    double slowest_gaussian;
};

std::vector<draw_times> measured_draw_times() {
#ifdef __aarch64__
    return {}; // calculated for one core only
#else
    return {{"baseline", 0.50, 1.6, 5.4},
            {"x86-64-v3", 0.21, 0.72, 2.2},
            {"x86-64-v4", 0.072, 0.31, 1.9}};
#endif
}

double seconds(std::uint64_t draws, double nanoseconds_each) {
    return static_cast<double>(draws) * nanoseconds_each / 1e9;
}

/// How often a sum of this length pauses: after each chunk, if the allotment is used up.
int pauses(double whole_sum) {
    int count = 0;
    double slice = 0.0;
    for (std::uint64_t chunk = 1; chunk < netio::uniform_chunks; ++chunk) {
        slice += whole_sum / netio::uniform_chunks;
        if (slice > std::chrono::duration<double>{netio::time_allotment}.count()) {
            ++count;
            slice = 0.0;
        }
    }
    return count;
}

} // namespace

TEST_CASE("workload: a sum pauses when its chunks have used up the allotment", "[workload]") {
    CHECK(pauses(0.9) == 0);
    CHECK(pauses(2.1) == 1); // a slice of 20 chunks, and then the end
    CHECK(pauses(2.2) == 2);
    CHECK(pauses(4.6) == 4);
}

TEST_CASE("workload: the defaults give a picture on fast machines, and a short run on slow ones",
          "[workload]") {
    for (const auto& draw : measured_draw_times()) {
        CAPTURE(std::string{draw.kernel});
        const auto uniform = netio::uniform_samples(draw.kernel);
        const auto gaussian = netio::gaussian_samples(draw.kernel);
        CHECK(pauses(seconds(uniform, draw.fastest_uniform)) >= 2);
        CHECK(seconds(gaussian, draw.slowest_gaussian) + seconds(uniform, draw.slowest_uniform) <=
              12.0);
    }
}
