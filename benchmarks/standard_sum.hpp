#pragma once

#include <cstdint>

/// The standard library's way to draw and add, compiled for one instruction set.
struct standard_version {
    double (*sum_uniform)(std::uint64_t n);
    double (*sum_gaussian)(std::uint64_t n);
};
