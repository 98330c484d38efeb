#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

// The draws of a random_stream, one by one and as plainly as possible: written from the
// published algorithms and the comments in the headers, without any code of the library.

namespace reference {

/// SplitMix64, as in splitmix64.c at https://prng.di.unimi.it.
class splitmix64 {
public:
    explicit splitmix64(std::uint64_t state)
        : state_{state} {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

private:
    std::uint64_t state_;
};

/// xoshiro256+, as in xoshiro256plus.c at https://prng.di.unimi.it.
struct xoshiro256plus {
    std::uint64_t s[4];

    std::uint64_t next() {
        const std::uint64_t result = s[0] + s[3];
        const std::uint64_t t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = (s[3] << 45) | (s[3] >> 19);
        return result;
    }
};

/// Draw i comes from lane i % 32; the lanes are seeded one after the other.
class stream {
public:
    explicit stream(std::uint64_t seed, std::uint64_t index = 0) {
        const auto hashed = splitmix64{seed}.next();
        const auto start = splitmix64{hashed + index}.next();
        splitmix64 low{start};
        splitmix64 high{splitmix64{hashed + start}.next()};
        for (int lane = 0; lane < 32; ++lane) {
            auto& words = lanes_.emplace_back().s;
            words[0] = low.next();
            words[1] = low.next();
            words[2] = high.next();
            words[3] = high.next();
        }
    }

    /// 64 random bits: what the next draw is made of.
    std::uint64_t next() { return lanes_[position_++ % 32].next(); }

private:
    std::vector<xoshiro256plus> lanes_;
    std::uint64_t position_ = 0;
};

/// The next @p n uniform draws in units of 2^-53.
inline std::vector<std::uint64_t> uniform_draws(stream& bits, std::size_t n) {
    std::vector<std::uint64_t> draws(n);
    for (auto& draw : draws) {
        draw = bits.next() >> 11;
    }
    return draws;
}

/// Both Gaussian draws that one lane makes from two words, in extended precision.
inline void box_muller(std::uint64_t radius_bits, std::uint64_t angle_bits, long double& first,
                       long double& second) {
    constexpr long double pi = std::numbers::pi_v<long double>;
    const auto odd = [](std::uint64_t bits) {
        return static_cast<long double>(bits >> 12 | 1);
    };
    const long double u = odd(radius_bits) * 0x1p-52L;
    const long double angle = pi / 2 * (odd(angle_bits) * 0x1p-52L - 0.5L);
    const long double sign = (angle_bits >> 12 & 1) != 0 ? -1.0L : 1.0L;
    const long double radius = sign * std::sqrt(-2.0L * std::log(u));
    first = radius * std::cos(angle);
    second = radius * std::sin(angle);
    if ((angle_bits >> 11 & 1) != 0) {
        std::swap(first, second);
    }
}

/// The Gaussian draws of the next @p blocks blocks of 64: the first draws of all pairs of a
/// block, then the second draws.
inline std::vector<long double> gaussian_draws(stream& bits, std::size_t blocks) {
    std::vector<long double> draws(64 * blocks);
    for (std::size_t block = 0; block < blocks; ++block) {
        std::uint64_t words[64];
        for (auto& word : words) {
            word = bits.next();
        }
        for (std::size_t lane = 0; lane < 32; ++lane) {
            const auto first = 64 * block + lane;
            box_muller(words[lane], words[lane + 32], draws[first], draws[first + 32]);
        }
    }
    return draws;
}

} // namespace reference
