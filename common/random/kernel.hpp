#pragma once

#include <string_view>
#include <vector>

namespace netio {

// A kernel: the loops that draw and add, compiled for one instruction set.
// random_kernels.hpp calls it a kernel_version.

/// The kernels that this processor can run, the fastest last. The first is always
/// "baseline"; on x86-64 "x86-64-v3" (AVX2) and "x86-64-v4" (AVX-512) may follow.
[[nodiscard]] std::vector<std::string_view> kernel_names();

/// The kernel that uniform_sum() and gaussian_sum() use: the fastest, unless use_kernel() has
/// chosen another.
[[nodiscard]] std::string_view kernel_in_use() noexcept;

/// Checks that this processor can run the kernel @p name.
///
/// @return the same name, valid until the program ends.
/// @throws std::invalid_argument listing the kernels that this processor can run, when
///         @p name is not one of them.
std::string_view runnable_kernel(std::string_view name);

/// Chooses the kernel for the whole process. Not synchronised: call it before starting other
/// threads.
///
/// @throws std::invalid_argument as runnable_kernel() does.
void use_kernel(std::string_view name);

} // namespace netio
