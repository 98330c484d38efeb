#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A piece of work to time. Its result must depend on everything that it computes, so that
/// the compiler cannot leave out a part.
struct contender {
    std::string name;
    std::function<double()> work;
    std::optional<std::size_t> rival{}; ///< another contender to compare with, besides the first
};

/// Times each contender by itself with Catch2, which also reports the deviations. Then prints a
/// table: for each contender the time per operation, and how many times as fast it is as the
/// first contender and, if it has a rival, as its rival.
///
/// For the table the contenders run in turn, in rounds. Every other round runs backwards, so
/// that a change of the core's clock rate affects all contenders alike. The columns of the
/// table are medians: of the times, and of the ratios within each round.
///
/// @param operations how many operations one call of a contender's work performs.
void compare(const char* operation, std::uint64_t operations, int rounds,
             const std::vector<contender>& contenders);
