#include "common/random/random_kernels.hpp"
#include "common/random/random_stream.hpp"
#include "tests/catch.hpp"
#include "tests/common/random/random_reference.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

using netio::kernel_versions;
using netio::lane_states;

TEST_CASE("random_stream: the reference gives SplitMix64's known answers", "[random_stream]") {
    // splitmix64.c at https://prng.di.unimi.it, started at 1234567.
    reference::splitmix64 generator{1234567};
    const std::array<std::uint64_t, 5> answers{6457827717110365317u, 3203168211198807973u,
                                               9817491932198370423u, 4593380528125082431u,
                                               16408922859458223821u};
    for (const auto answer : answers) {
        CHECK(generator.next() == answer);
    }
}

TEST_CASE("random_stream: every lane gives xoshiro256+'s known answers", "[random_stream]") {
    // xoshiro256plus.c at https://prng.di.unimi.it, started at the state {1, 2, 3, 4}.
    const std::array<std::uint64_t, 10> answers{5u,
                                                211106232532999u,
                                                211106635186183u,
                                                9223759065350669058u,
                                                9250833439874351877u,
                                                13862484359527728515u,
                                                2346507365006083650u,
                                                1168864526675804870u,
                                                34095955243042024u,
                                                3466914240207415127u};
    reference::xoshiro256plus generator{{1, 2, 3, 4}};
    for (const auto answer : answers) {
        CHECK(generator.next() == answer);
    }

    for (const auto& version : kernel_versions()) {
        CAPTURE(version.name);
        lane_states lanes;
        for (std::uint64_t word = 0; word < 4; ++word) {
            std::fill_n(lanes.words[word], lane_states::count, word + 1);
        }
        for (std::size_t row = 0; row < answers.size(); row += 2) {
            std::array<std::uint64_t, netio::block_size> draws{};
            version.draw_uniform(lanes, draws.data());
            for (std::size_t i = 0; i < draws.size(); ++i) {
                REQUIRE(draws[i] == answers[row + i / lane_states::count] >> 11);
            }
        }
    }
}

TEST_CASE("random_stream: SplitMix64 of the hashed seed and index fills the lanes",
          "[random_stream]") {
    for (const std::uint64_t seed : {0ull, 1ull, 42ull, ~0ull}) {
        for (const std::uint64_t index : {0ull, 1ull, 1000ull, ~0ull}) {
            auto lanes = netio::seeded_lanes(seed, index);
            reference::stream bits{seed, index};
            std::array<std::uint64_t, netio::block_size> draws{};
            kernel_versions().front().draw_uniform(lanes, draws.data());
            for (const auto draw : draws) {
                REQUIRE(draw == bits.next() >> 11);
            }
        }
    }
}

TEST_CASE("random_stream: related seeds and indices share no lane", "[random_stream]") {
    // Seeds that differ by small multiples of SplitMix64's increment are the trap here:
    // without hashing they would share most of their words. 2^17 random words of 64
    // bits are distinct with probability 1 - 2^-31.
    std::vector<std::uint64_t> words;
    for (std::uint64_t i = 0; i < 32; ++i) {
        for (std::uint64_t index = 0; index < 16; ++index) {
            for (const auto seed : {i + 1, i * 0x9e3779b97f4a7c15}) {
                const auto lanes = netio::seeded_lanes(seed, index);
                for (const auto& row : lanes.words) {
                    words.insert(words.end(), std::begin(row), std::end(row));
                }
            }
        }
    }
    std::sort(words.begin(), words.end());
    CHECK(std::adjacent_find(words.begin(), words.end()) == words.end());
}
