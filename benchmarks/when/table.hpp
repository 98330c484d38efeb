#pragma once

#include "benchmarks/when/cost.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace netio::when {

/// One row of the CSV: what was done, and what it cost.
struct row {
    std::string experiment;
    std::string way;
    std::string server = "waits";
    std::uint64_t requests = 1;
    double wait = 0.0;      ///< s
    double computing = 0.0; ///< s
    std::optional<double> slice{};
    std::size_t cores = 0; ///< that the client and the server may use, together
    std::optional<double> model{};
    std::vector<cost> costs{}; ///< one for each round
};

/// The median of all rounds, in seconds.
[[nodiscard]] double median_processor_time(const row& measured);

/// Prints the comment lines and the header. @p draws take @p computing seconds.
void print_head(std::uint64_t draws, double computing);

/// Prints the medians.
///
/// @param single the same with one request, if the memory for each further one is of interest.
void print(const row& measured, const row* single = nullptr);

} // namespace netio::when
