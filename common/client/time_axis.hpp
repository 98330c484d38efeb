#pragma once

#include "common/time_span.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace netio {

/// The columns between a timeline's labels and its right edge, as a scale of time.
class time_axis {
public:
    static constexpr std::size_t label_width = 16; ///< "server_request 1"

    /// @param columns the width of the whole picture, labels included; at least 40.
    /// @param least   the least length of the axis.
    time_axis(const time_span& run, int columns, std::chrono::nanoseconds least);

    [[nodiscard]] std::size_t columns() const { return columns_; }

    /// The column in which a time lies; the nearest one, if it lies outside.
    [[nodiscard]] std::size_t column(std::chrono::steady_clock::time_point time) const {
        return column(time - begin_);
    }

    /// A line that says which column is when: "|0       |500ms   |1s".
    [[nodiscard]] std::string scale() const;

private:
    [[nodiscard]] std::size_t column(std::chrono::nanoseconds since_begin) const;
    [[nodiscard]] std::chrono::nanoseconds tick_step() const;

    std::chrono::steady_clock::time_point begin_;
    std::chrono::nanoseconds length_;
    std::size_t columns_;
};

} // namespace netio
