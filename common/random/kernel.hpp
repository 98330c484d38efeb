#pragma once

#include <string_view>
#include <vector>

namespace netio {

// The kernels are the loops that draw and add, compiled once for each instruction set.

/// The kernels that this processor can run, the fastest last. The first is always
/// "baseline"; on x86-64 "x86-64-v3" (AVX2) and "x86-64-v4" (AVX-512) may follow.
[[nodiscard]] std::vector<std::string_view> kernel_names();

/// The kernel that uniform_sum() and gaussian_sum() use: the fastest, until
/// use_kernel() chooses another.
[[nodiscard]] std::string_view kernel_in_use() noexcept;

/// @return the same name, valid for ever.
/// @throws std::invalid_argument naming the kernels that this processor can run, when
///         @p name is not one of them.
std::string_view runnable_kernel(std::string_view name);

/// Chooses the kernel for the whole process. Not synchronised: call it before the
/// first other thread starts.
///
/// @throws std::invalid_argument as runnable_kernel() does.
void use_kernel(std::string_view name);

} // namespace netio
