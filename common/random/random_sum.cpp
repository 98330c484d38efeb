#include "common/random/random_sum.hpp"

#include "common/random/random_kernels.hpp"
#include "common/random/strict_arithmetic.hpp"

#include <algorithm>

namespace netio {

/// Adds up whole blocks at full speed. If only a part of a block is needed, all its draws are
/// written out, and written out again when the rest is needed. That is simpler than storing the
/// draws, and it happens rarely.
template <class Total, class Draw, class Sum>
Total random_stream::sum(std::uint64_t n, Sum (*sum_blocks)(lane_states&, std::uint64_t),
                         void (*draw_block)(lane_states&, Draw*)) noexcept {
    Total total{};
    while (n > 0) {
        if (offset_ == 0 && n >= block_size) {
            total += Total{sum_blocks(lanes_, n / block_size)};
            n %= block_size;
            continue;
        }
        lane_states next_lanes = lanes_;
        Draw draws[block_size];
        draw_block(next_lanes, draws);
        const auto end = std::min(block_size, offset_ + n);
        n -= end - offset_;
        for (; offset_ < end; ++offset_) {
            total += Total{draws[offset_]};
        }
        if (offset_ == block_size) {
            lanes_ = next_lanes;
            offset_ = 0;
        }
    }
    return total;
}

uniform_total uniform_sum(std::uint64_t n, random_stream& stream,
                          const kernel_version& version) noexcept {
    return stream.sum<uniform_total>(n, version.sum_uniform, version.draw_uniform);
}

double gaussian_sum(std::uint64_t n, random_stream& stream,
                    const kernel_version& version) noexcept {
    return stream.sum<double>(n, version.sum_gaussian, version.draw_gaussian);
}

uniform_total uniform_sum(std::uint64_t n, random_stream& stream) noexcept {
    return uniform_sum(n, stream, version_in_use());
}

double gaussian_sum(std::uint64_t n, random_stream& stream) noexcept {
    return gaussian_sum(n, stream, version_in_use());
}

} // namespace netio
