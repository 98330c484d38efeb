#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A piece of work that is timed. It returns something that depends on all that it
/// computes, lest the compiler leaves some of it out.
struct contender {
    std::string name;
    std::function<double()> work;
    std::optional<std::size_t> rival{}; ///< the contender to compare with, beside the first
};

/// Times the contenders, each by itself, with Catch2, which reports the deviations,
/// too. Then prints the time per operation, and how it compares with the first one's and,
/// if there are rivals, with the rival's.
///
/// For that table they run in turn, round by round and every other round backwards,
/// so that a change of the core's clock rate concerns all of them alike. Its columns
/// are medians: of the times, and of the ratios of each round.
///
/// @param operations how many one call of a contender's work does.
void compare(const char* operation, std::uint64_t operations, int rounds,
             const std::vector<contender>& contenders);
