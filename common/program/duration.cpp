#include "common/program/duration.hpp"

#include "common/read_double.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace netio {
namespace {

using namespace std::chrono_literals;

/// Nanoseconds in the unit that follows the number; 0 for an unknown unit.
double nanoseconds_per(std::string_view unit) {
    if (unit == "us") {
        return 1e3;
    }
    if (unit == "ms") {
        return 1e6;
    }
    if (unit == "s" || unit.empty()) {
        return 1e9;
    }
    return unit == "m" ? 60e9 : 0.0;
}

} // namespace

std::string to_text(std::chrono::nanoseconds duration) {
    const auto nanoseconds = static_cast<double>(duration.count());
    // The limits are half a last digit below the next unit, so that no text reads
    // "1000.00ms".
    if (duration < 999'995ns) {
        return fmt::format("{:.2f}us", nanoseconds / 1e3);
    }
    if (duration < 999'995us) {
        return fmt::format("{:.2f}ms", nanoseconds / 1e6);
    }
    return fmt::format("{:.2f}s", nanoseconds / 1e9);
}

std::chrono::nanoseconds parse_duration(std::string_view text) {
    const auto found = read_double(text);
    const double nanoseconds = found ? found->number * nanoseconds_per(found->rest) : -1.0;
    const bool is_known_unit = found && nanoseconds_per(found->rest) > 0.0;
    if (!is_known_unit || nanoseconds < 0.0 || nanoseconds > 1e18) {
        throw std::invalid_argument("must be a time such as 250us, 5ms, 1.5s or 2m, at most 1e9s");
    }
    return std::chrono::nanoseconds{std::llround(nanoseconds)};
}

} // namespace netio
