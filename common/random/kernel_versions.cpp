#include "common/random/kernel.hpp"
#include "common/random/random_kernels.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace netio {

// Each compilation of random_kernels.cpp defines one of these.
namespace baseline {
extern const kernel_version kernels;
}
#ifdef NETIO_X86_64_VERSIONS
namespace x86_64_v3 {
extern const kernel_version kernels;
}
namespace x86_64_v4 {
extern const kernel_version kernels;
}
#endif

namespace {

#ifdef NETIO_X86_64_VERSIONS
// These functions test single features, because GCC 11, and clang before 18, do not know the
// levels by name. In practice, a processor that has these features has the level's other
// features, too.
bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0 &&
           __builtin_cpu_supports("fma") != 0;
}
bool has_avx512() noexcept {
    return has_avx2() && __builtin_cpu_supports("avx512f") != 0 &&
           __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512cd") != 0 &&
           __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}
#endif

const kernel_version*& chosen_version() noexcept {
    static const kernel_version* chosen = &kernel_versions().back();
    return chosen;
}

const kernel_version& version_named(std::string_view name) {
    std::string names;
    for (const auto& version : kernel_versions()) {
        if (version.name == name) {
            return version;
        }
        names += names.empty() ? "" : ", ";
        names += version.name;
    }
    throw std::invalid_argument("must be a kernel that this processor can run: " + names);
}

} // namespace

std::span<const kernel_version> kernel_versions() noexcept {
#ifdef NETIO_X86_64_VERSIONS
    static const std::array versions{baseline::kernels, x86_64_v3::kernels, x86_64_v4::kernels};
    const std::size_t runnable = has_avx512() ? 3 : has_avx2() ? 2 : 1;
#else
    static const std::array versions{baseline::kernels};
    const std::size_t runnable = 1;
#endif
    return std::span{versions}.first(runnable);
}

const kernel_version& version_in_use() noexcept {
    return *chosen_version();
}

std::vector<std::string_view> kernel_names() {
    std::vector<std::string_view> names;
    for (const auto& version : kernel_versions()) {
        names.emplace_back(version.name);
    }
    return names;
}

std::string_view kernel_in_use() noexcept {
    return version_in_use().name;
}

std::string_view runnable_kernel(std::string_view name) {
    return version_named(name).name;
}

void use_kernel(std::string_view name) {
    chosen_version() = &version_named(name);
}

} // namespace netio
