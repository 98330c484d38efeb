#include "benchmarks/compare.hpp"

#include "tests/catch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace {

/// The processor time that this program has used. Unlike wall time, it does not count
/// interruptions by other programs, which short runs may escape and long runs do not.
double nanoseconds_used() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double nanoseconds_of(const contender& one) {
    const double start = nanoseconds_used();
    [[maybe_unused]] static volatile double result = 0.0;
    result = one.work();
    return nanoseconds_used() - start;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// A contender's times, in the order of the rounds.
using series = std::vector<double>;

std::vector<series> times_of(const std::vector<contender>& contenders, int rounds) {
    std::vector<series> times(contenders.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const auto turn = round % 2 == 0 ? i : contenders.size() - 1 - i;
            times[turn].push_back(nanoseconds_of(contenders[turn]));
        }
    }
    return times;
}

/// How many times as fast @p one is as @p other: the median over the rounds.
double times_as_fast(const series& one, const series& other) {
    series ratios;
    for (std::size_t round = 0; round < one.size(); ++round) {
        ratios.push_back(other[round] / one[round]);
    }
    return median(ratios);
}

} // namespace

void compare(const char* operation, std::uint64_t operations, int rounds,
             const std::vector<contender>& contenders) {
    for (const auto& one : contenders) {
        BENCHMARK(std::string{one.name}) {
            return one.work();
        };
    }
    const auto times = times_of(contenders, rounds);
    const bool rivals = std::any_of(contenders.begin(), contenders.end(),
                                    [](const auto& one) { return one.rival.has_value(); });
    fmt::print("\n{:<48} {:>11} {:>13}{}\n", operation, "nanoseconds", "times as fast",
               rivals ? "    as its rival" : "");
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        const auto& [name, work, rival] = contenders[i];
        fmt::print("{:<48} {:>11.4f} {:>13.4g}", name,
                   median(times[i]) / static_cast<double>(operations),
                   times_as_fast(times[i], times[0]));
        fmt::print("{:>16}\n",
                   rival ? fmt::format("{:.4g}", times_as_fast(times[i], times[*rival])) : "");
    }
}
