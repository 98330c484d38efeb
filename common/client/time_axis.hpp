#pragma once

#include "common/time_span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>

namespace netio {

/// A timeline's time axis: maps times to the columns to the right of the labels.
class time_axis {
public:
    static constexpr std::size_t label_width = 16; ///< "server_request 1"

    /// @param columns the width of the whole picture, labels included; less than 40
    ///                counts as 40.
    /// @param least   the minimum length of the axis.
    time_axis(const time_span& run, int columns, std::chrono::nanoseconds least)
        : begin_{run.begin}
        , length_{std::max<nanoseconds>({least, run.length(), std::chrono::microseconds{1}})}
        , columns_{static_cast<std::size_t>(std::max(columns, 40)) - label_width - 1} {}

    [[nodiscard]] std::size_t columns() const { return columns_; }

    /// The column in which a time lies; the first or the last, if the time lies outside.
    [[nodiscard]] std::size_t column(std::chrono::steady_clock::time_point time) const {
        const auto share = as_double(time - begin_) / as_double(length_);
        const auto at = std::floor(share * static_cast<double>(columns_));
        return std::min(columns_ - 1, static_cast<std::size_t>(std::max(0.0, at)));
    }

    /// The line of tick labels: "|0       |500ms   |1s".
    [[nodiscard]] std::string scale() const {
        std::string row(columns_, ' ');
        const auto step = tick_step();
        for (nanoseconds at{0}; at <= length_; at += step) {
            const auto label = tick_label(as_double(at));
            const auto first = column(begin_ + at);
            if (first + label.size() <= row.size()) {
                row.replace(first, label.size(), label);
            }
        }
        row.erase(row.find_last_not_of(' ') + 1);
        return std::string(label_width + 1, ' ') + row + "\n";
    }

private:
    using nanoseconds = std::chrono::nanoseconds;

    [[nodiscard]] static double as_double(nanoseconds time) {
        return static_cast<double>(time.count());
    }

    /// "|0", "|500ms", "|1.5s"
    [[nodiscard]] static std::string tick_label(double at) {
        return at <= 0.0  ? "|0"
               : at < 1e6 ? fmt::format("|{:.6g}us", at / 1e3)
               : at < 1e9 ? fmt::format("|{:.6g}ms", at / 1e6)
                          : fmt::format("|{:.9g}s", at / 1e9);
    }

    /// The smallest step that leaves room for each label: 1, 2 or 5 times a power of ten
    /// nanoseconds.
    [[nodiscard]] nanoseconds tick_step() const {
        const auto columns = static_cast<double>(columns_);
        // Columns for each label; fewer on a narrow axis, so that at least two labels fit.
        const double label_room = std::min(10.0, (columns - 6.0) / 2.5);
        const auto least = as_double(length_) * label_room / columns;
        const double power = std::pow(10.0, std::floor(std::log10(least)));
        const double ratio = least / power; // from 1 to 10
        const double factor = ratio <= 1.0 ? 1.0 : ratio <= 2.0 ? 2.0 : ratio <= 5.0 ? 5.0 : 10.0;
        return nanoseconds{std::llround(factor * power)};
    }

    std::chrono::steady_clock::time_point begin_;
    nanoseconds length_;
    std::size_t columns_;
};

} // namespace netio
