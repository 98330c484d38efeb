#pragma once

#include "common/time_span.hpp"

#include <chrono>
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
    time_axis(const time_span& run, int columns, std::chrono::nanoseconds least);

    [[nodiscard]] std::size_t columns() const { return columns_; }

    /// The column in which a time lies; the first or the last, if the time lies outside.
    [[nodiscard]] std::size_t column(std::chrono::steady_clock::time_point time) const {
        return column(time - begin_);
    }

    /// The line of tick labels: "|0       |500ms   |1s".
    [[nodiscard]] std::string scale() const;

private:
    [[nodiscard]] std::size_t column(std::chrono::nanoseconds since_begin) const;
    [[nodiscard]] std::chrono::nanoseconds tick_step() const;

    std::chrono::steady_clock::time_point begin_;
    std::chrono::nanoseconds length_;
    std::size_t columns_;
};

} // namespace netio
