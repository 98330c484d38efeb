// The loops that draw and add. Compiled once for each instruction set (see
// CMakeLists.txt), each time into its own namespace, NETIO_KERNEL_NAMESPACE.
//
// Everything is written for one lane at a time, in scalar code; the compiler turns
// the loops over the lanes into vector instructions. Two rules apply:
//
// - No library functions. A call would prevent vectorisation. An inline function,
//   compiled here for a new processor, could become the one copy that the linker
//   keeps for the whole program.
// - Only operations for which IEEE 754 prescribes the rounded result. The fused
//   multiply-adds are written out, and the compiler makes no others
//   (-ffp-contract=off). So all versions with fused multiply-add give the same bits:
//   AVX2, AVX-512 and every 64-bit Arm. The x86-64 baseline has no fused
//   multiply-add, and its Gaussian draws differ by rounding.

#include "common/random/random_kernels.hpp"

#include "common/random/strict_arithmetic.hpp"

#include <cstddef>
#include <cstdint>

namespace netio::NETIO_KERNEL_NAMESPACE {

extern const kernel_version kernels;

namespace {

/// The next 64 bits of one lane: xoshiro256+ by Blackman and Vigna. The lowest bits
/// are less random: use the top 53.
inline std::uint64_t next(lane_states& lanes, unsigned lane) {
    auto& [a, b, c, d] = lanes.words;
    const std::uint64_t result = a[lane] + d[lane];
    const std::uint64_t shifted = b[lane] << 17;
    c[lane] ^= a[lane];
    d[lane] ^= b[lane];
    b[lane] ^= c[lane];
    a[lane] ^= d[lane];
    c[lane] ^= shifted;
    d[lane] = d[lane] << 45 | d[lane] >> 19;
    return result;
}

/// U[0, 1) in units of 2^-53.
inline std::uint64_t uniform(std::uint64_t bits) {
    return bits >> 11;
}

inline double as_double(std::uint64_t bits) {
    return __builtin_bit_cast(double, bits);
}
inline std::uint64_t as_bits(double x) {
    return __builtin_bit_cast(std::uint64_t, x);
}

#if defined(__FP_FAST_FMA) || defined(__FMA__) // on x86-64 clang defines only the latter
constexpr bool fused = true;
#else
constexpr bool fused = false;
#endif

/// a * b + c, rounded once if the instruction set has fused multiply-add, otherwise twice.
inline double multiply_add(double a, double b, double c) {
    if constexpr (fused) {
        return __builtin_fma(a, b, c);
    } else {
        return a * b + c;
    }
}

/// Makes the top 51 of @p bits an odd multiple of 2^-52 in (0, 1), and subtracts @p shift,
/// 0 or 1/2, exactly. The bits become the fraction of a double in (1, 2). Its last bit is
/// always set, so that the multiple is never 0, 1/2 or 1.
inline double open_unit(std::uint64_t bits, double shift) {
    constexpr std::uint64_t one = 0x3ff0'0000'0000'0000; // the bits of 1.0
    return as_double(bits >> 12 | one | 1) - (1.0 + shift);
}

// open_unit() leaves two of the 53 good bits unused. One becomes the sign of a double, the
// other a mask of all zeros or all ones.
inline std::uint64_t random_sign(std::uint64_t bits) {
    return bits << 51 & 0x8000'0000'0000'0000;
}
inline std::uint64_t random_mask(std::uint64_t bits) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits << 52) >> 63);
}

/// c[0] + c[1] x + c[2] x^2 + ..., evaluated in pairs. This takes about as many operations
/// as Horner's scheme, but the chain of dependent operations is half as long.
template <std::size_t N>
inline double polynomial(const double (&c)[N], double x) {
    const double square = x * x;
    double sum = N % 2 == 0 ? multiply_add(c[N - 1], x, c[N - 2]) : c[N - 1];
#pragma GCC unroll 8
    for (std::size_t i = (N - 1) / 2 * 2; i >= 2; i -= 2) {
        sum = multiply_add(sum, square, multiply_add(c[i - 1], x, c[i - 2]));
    }
    return sum;
}

// The coefficients are from Sollya's fpminimax, which makes the greatest relative error over
// the interval nearly as small as coefficients that are doubles allow.

/// -2 ln(u), for u in (0, 1), with a relative error below 6 * 2^-53.
///
/// u = 2^e m with m in [sqrt(1/2), sqrt(2)), so that the result is not the small
/// difference of two large terms when u is near 1; ln(m) is an odd function of
/// s = (m - 1) / (m + 1).
inline double minus_two_log(double u) {
    constexpr std::uint64_t root_half = 0x3fe6'a09e'667f'3bcd; // the bits of sqrt(1/2)
    constexpr std::uint64_t fraction_mask = 0x000f'ffff'ffff'ffff;
    constexpr std::uint64_t bias = std::uint64_t{64} << 52;    // keeps e + 64 positive
    constexpr std::uint64_t two_to_52 = 0x4330'0000'0000'0000; // the bits of 2^52

    const std::uint64_t biased = as_bits(u) - root_half + bias;
    const double e = as_double(biased >> 52 | two_to_52) - (0x1p52 + 64.0);
    const double m = as_double((biased & fraction_mask) + root_half);

    // -2 ln(m) / s as a function of s^2, 0 <= s^2 < 0.0295, to 1.7 * 2^-53
    static constexpr double c[] = {-0x1p2,
                                   -0x1.555555555397ap0,
                                   -0x1.999999a28e9d7p-1,
                                   -0x1.2492417a947c1p-1,
                                   -0x1.c722769ab72f7p-2,
                                   -0x1.732c51c85bc57p-2,
                                   -0x1.587595f84f1ap-2};
    constexpr double minus_two_log_2 = -0x1.62e42fefa39efp0;
    const double s = (m - 1.0) / (m + 1.0);
    return multiply_add(e, minus_two_log_2, s * polynomial(c, s * s));
}

/// sin(pi/2 x), for |x| < 1/2, with a relative error below 3 * 2^-53.
inline double sin_half_pi(double x) {
    // sin(pi/2 x) / x as a function of x^2, to 0.4 * 2^-53
    static constexpr double c[] = {
        0x1.921fb54442d18p0,   -0x1.4abbce625be09p-1,  0x1.466bc67754fffp-4, -0x1.32d2ccdfe9424p-8,
        0x1.50782d5f14825p-13, -0x1.e2fe76fdffd29p-19, 0x1.e357ef99eaea7p-25};
    return x * polynomial(c, x * x);
}

/// cos(pi/2 x), for |x| < 1/2, with a relative error below 3 * 2^-53.
inline double cos_half_pi(double x) {
    // as a function of x^2, to 0.6 * 2^-53
    static constexpr double c[] = {0x1p0,
                                   -0x1.3bd3cc9be459dp0,
                                   0x1.03c1f081b0e01p-2,
                                   -0x1.55d3c7dc3b7f3p-6,
                                   0x1.e1f4fb8227887p-11,
                                   -0x1.a6c9c96ed0883p-16,
                                   0x1.f3dca8531a2e5p-22};
    return polynomial(c, x * x);
}

/// A point in the plane: (radius * x, radius * y).
struct gaussian_pair {
    double radius, x, y;
};

/// Two independent Gaussian draws by the method of Box and Muller (1958). A point at a
/// random angle, and at the distance sqrt(-2 ln u) from the origin, has Gaussian
/// coordinates. The angle is drawn from the quarter of the circle around the x axis,
/// (-pi/4, pi/4). Two more bits choose one of the four quarters: the mask exchanges
/// the coordinates, and the sign reflects the point through the origin.
inline gaussian_pair box_muller(std::uint64_t radius_bits, std::uint64_t angle_bits) {
    const double radius = __builtin_sqrt(minus_two_log(open_unit(radius_bits, 0.0)));
    const double angle = open_unit(angle_bits, 0.5); // in units of pi/2
    const std::uint64_t x = as_bits(cos_half_pi(angle));
    const std::uint64_t y = as_bits(sin_half_pi(angle));
    const std::uint64_t exchange = (x ^ y) & random_mask(angle_bits);
    return {as_double(as_bits(radius) ^ random_sign(angle_bits)), as_double(x ^ exchange),
            as_double(y ^ exchange)};
}

uint128 sum_uniform(lane_states& lanes, std::uint64_t blocks) {
    // So many draws of 53 bits add up to at most 64 bits.
    constexpr std::uint64_t most_rows = 1 << (64 - 53);
    lane_states local = lanes; // a copy, so that lanes can stay in registers
    uint128 total = 0;
    for (std::uint64_t rows = 2 * blocks; rows > 0;) {
        const std::uint64_t now = rows < most_rows ? rows : most_rows;
        std::uint64_t sums[lane_states::count] = {};
        for (std::uint64_t row = 0; row < now; ++row) {
            for (unsigned lane = 0; lane < lane_states::count; ++lane) {
                sums[lane] += uniform(next(local, lane));
            }
        }
        for (const auto sum : sums) {
            total += sum;
        }
        rows -= now;
    }
    lanes = local;
    return total;
}

double sum_gaussian(lane_states& lanes, std::uint64_t blocks) {
    lane_states local = lanes;
    double first_sums[lane_states::count] = {};
    double second_sums[lane_states::count] = {};
    for (std::uint64_t block = 0; block < blocks; ++block) {
        for (unsigned lane = 0; lane < lane_states::count; ++lane) {
            const std::uint64_t radius_bits = next(local, lane);
            const auto pair = box_muller(radius_bits, next(local, lane));
            first_sums[lane] = multiply_add(pair.radius, pair.x, first_sums[lane]);
            second_sums[lane] = multiply_add(pair.radius, pair.y, second_sums[lane]);
        }
    }
    lanes = local;
    double total = 0.0;
    for (unsigned lane = 0; lane < lane_states::count; ++lane) {
        total += first_sums[lane] + second_sums[lane];
    }
    return total;
}

void draw_uniform(lane_states& lanes, std::uint64_t* draws) {
    for (std::uint64_t i = 0; i < block_size; ++i) {
        draws[i] = uniform(next(lanes, i % lane_states::count));
    }
}

void draw_gaussian(lane_states& lanes, double* draws) {
    for (unsigned lane = 0; lane < lane_states::count; ++lane) {
        const std::uint64_t radius_bits = next(lanes, lane);
        const auto pair = box_muller(radius_bits, next(lanes, lane));
        draws[lane] = pair.radius * pair.x;
        draws[lane + lane_states::count] = pair.radius * pair.y;
    }
}

} // namespace

const kernel_version kernels{NETIO_KERNEL_NAME, fused,        sum_uniform,
                             sum_gaussian,      draw_uniform, draw_gaussian};

} // namespace netio::NETIO_KERNEL_NAMESPACE
