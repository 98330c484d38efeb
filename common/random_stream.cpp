#include "common/random_stream.hpp"

#include <bit>

namespace netio {
namespace {

/// One output of SplitMix64 (Steele, Lea and Flood 2014; Vigna's constants).
std::uint64_t mix(std::uint64_t& state) noexcept {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

} // namespace

random_stream::random_stream(std::uint64_t seed, std::uint64_t index) noexcept {
    std::uint64_t mixed = mix(seed) + index;
    mixed = mix(mixed);
    for (auto& word : state_) {
        word = mix(mixed);
    }
}

std::uint64_t random_stream::next() noexcept {
    const std::uint64_t result = state_[0] + state_[3];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

} // namespace netio
