#include "common/client/time_axis.hpp"

#include "common/program/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace netio {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

/// "|0", "|500ms", "|1.5s"
std::string tick_label(nanoseconds at) {
    const auto text = to_text(at);
    const auto unit = text.find_first_not_of("0123456789.");
    const auto last_digit = text.find_last_not_of("0.", unit - 1);
    if (last_digit == text.npos) {
        return "|0";
    }
    const auto point = text.find('.');
    const auto length = last_digit < point ? point : last_digit + 1;
    return fmt::format("|{}{}", text.substr(0, length), text.substr(unit));
}

} // namespace

time_axis::time_axis(const time_span& run, int columns, nanoseconds least)
    : begin_{run.begin}
    , length_{std::max<nanoseconds>({least, run.length(), 1us})}
    , columns_{static_cast<std::size_t>(std::max(columns, 40)) - label_width - 1} {}

std::size_t time_axis::column(nanoseconds since_begin) const {
    const auto share =
        static_cast<double>(since_begin.count()) / static_cast<double>(length_.count());
    const auto at = std::floor(share * static_cast<double>(columns_));
    return std::min(columns_ - 1, static_cast<std::size_t>(std::max(0.0, at)));
}

/// The smallest step that leaves room for each label: 1, 2 or 5 times a power of ten
/// nanoseconds.
nanoseconds time_axis::tick_step() const {
    // Columns for each label; fewer on a narrow axis, so that at least two labels fit.
    const double label_room = std::min(10.0, (static_cast<double>(columns_) - 6.0) / 2.5);
    const auto least =
        static_cast<double>(length_.count()) * label_room / static_cast<double>(columns_);
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= least) {
            return nanoseconds{std::llround(factor * power)};
        }
    }
    return nanoseconds{std::llround(10.0 * power)};
}

std::string time_axis::scale() const {
    std::string row(columns_, ' ');
    const auto step = tick_step();
    for (nanoseconds at{0}; at <= length_; at += step) {
        const auto label = tick_label(at);
        const auto first = column(at);
        if (first + label.size() <= row.size()) {
            row.replace(first, label.size(), label);
        }
    }
    row.erase(row.find_last_not_of(' ') + 1);
    return std::string(label_width + 1, ' ') + row + "\n";
}

} // namespace netio
