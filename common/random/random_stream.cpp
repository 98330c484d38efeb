#include "common/random/random_stream.hpp"

namespace netio {
namespace {

/// SplitMix64 moves its state by this much from one output to the next.
constexpr std::uint64_t increment = 0x9e3779b97f4a7c15;

/// The output of SplitMix64 that follows @p state: a bijection of 64-bit words.
constexpr std::uint64_t mix(std::uint64_t state) noexcept {
    std::uint64_t z = state + increment;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

} // namespace

lane_states seeded_lanes(std::uint64_t seed, std::uint64_t index) noexcept {
    // The starting points of two SplitMix64 generators: a bijection of seed and index.
    std::uint64_t low = mix(mix(seed) + index);
    std::uint64_t high = mix(mix(seed) + low);
    lane_states lanes;
    for (unsigned lane = 0; lane < lane_states::count; ++lane) {
        // Consecutive outputs of SplitMix64 differ, so no lane is all zero, which is the
        // one state that xoshiro cannot leave.
        for (unsigned word = 0; word < 2; ++word) {
            lanes.words[word][lane] = mix(low);
            lanes.words[word + 2][lane] = mix(high);
            low += increment;
            high += increment;
        }
    }
    return lanes;
}

} // namespace netio
