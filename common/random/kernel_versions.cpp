#include "common/random/random_kernels.hpp"

#include <array>
#include <cstddef>

namespace netio {

// Each is defined by one compilation of random_kernels.cpp.
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

std::span<const kernel_version> kernel_versions() noexcept {
#ifdef NETIO_X86_64_VERSIONS
    static const std::array versions{baseline::kernels, x86_64_v3::kernels, x86_64_v4::kernels};
    // The levels are those of the x86-64 ABI: v3 has AVX2, v4 has AVX-512.
    const bool v3 = __builtin_cpu_supports("x86-64-v3") != 0;
    const bool v4 = __builtin_cpu_supports("x86-64-v4") != 0;
    const std::size_t runnable = v4 ? 3 : v3 ? 2 : 1;
#else
    static const std::array versions{baseline::kernels};
    const std::size_t runnable = 1;
#endif
    return std::span{versions}.first(runnable);
}

} // namespace netio
