#pragma once

#include <cstdint>

/// Loops that draw and add with the standard library, compiled for one instruction set.
struct standard_version {
    double (*sum_uniform)(std::uint64_t n);
    double (*sum_gaussian)(std::uint64_t n);
};
