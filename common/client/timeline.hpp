#pragma once

#include "common/client/run_record.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace netio {

/// How a timeline is drawn.
struct timeline_style {
    int columns = 80;                 ///< the width; at least 40
    bool utf8 = true;                 ///< block characters; otherwise plain ASCII
    std::chrono::nanoseconds axis{0}; ///< minimum length of the time axis

    /// The style that suits stdout: a terminal's width, but at most 100 columns; 80 columns if
    /// stdout is not a terminal; UTF-8 if the locale uses it. Sets the process's LC_CTYPE from
    /// the environment.
    [[nodiscard]] static timeline_style of_stdout();
};

/// How the thread was used, in sentences that are broken at @p columns.
[[nodiscard]] std::string summary(const run_record& record, std::size_t columns);

/// Draws one row for the sum, one for each of the first few requests, and one for all the other
/// requests together, over a common time axis. A summary follows.
[[nodiscard]] std::string draw_timeline(const run_record& record, const timeline_style& style);

} // namespace netio
