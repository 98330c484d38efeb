#include "common/client/run_summary.hpp"

#include "common/program/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace netio {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// The end of the pause that followed slice @p i.
steady_clock::time_point pause_end(const run_record& record, std::size_t i) {
    return i + 1 < record.slices.size() ? record.slices[i + 1].begin : record.last_pause_end;
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

} // namespace

nanoseconds longest_unnoticed(const request_record& request, const run_record& record) {
    if (request.failed || !request.has_ended()) {
        return nanoseconds{0};
    }
    const bool polled = !request.looks.empty() && request.looks.back().polling;
    const auto blind_since = request.looks.empty() ? request.life.begin : request.looks.back().at;
    if (polled) {
        return request.life.end - blind_since;
    }
    // Told by the loop. What came while it slept it has told immediately; what came during a
    // slice, in the pause that followed.
    for (std::size_t i = record.slices.size(); i-- > 0;) {
        const auto& slice = record.slices[i];
        if (slice.end <= request.life.end) {
            const bool slept_since = request.life.end > pause_end(record, i);
            const time_span hidden{std::max(slice.begin, blind_since), slice.end};
            return slept_since ? nanoseconds{0} : std::max(nanoseconds{0}, hidden.length());
        }
    }
    return nanoseconds{0};
}

std::string summary(const run_record& record) {
    nanoseconds computing{0};
    nanoseconds longest_slice{0};
    for (const auto& slice : record.slices) {
        computing += slice.length();
        longest_slice = std::max(longest_slice, slice.length());
    }
    std::uint64_t polls = 0;
    std::uint64_t wake_ups = 0;
    nanoseconds unnoticed{0};
    for (const auto& request : record.requests) {
        polls += static_cast<std::uint64_t>(
            std::count_if(request.looks.begin(), request.looks.end(),
                          [](const look& in_vain) { return in_vain.polling; }));
        wake_ups += request.wake_ups;
        unnoticed = std::max(unnoticed, longest_unnoticed(request, record));
    }
    const auto run = std::max(record.run.length(), nanoseconds{1});
    return fmt::format(
        "The thread computed for {:.1f} % of {}: {}, longest slice {}.\n"
        "Looking for replies: {}, {}; {}.",
        100.0 * static_cast<double>(computing.count()) / static_cast<double>(run.count()),
        to_text(record.run.length()),
        counted(std::max<std::size_t>(record.slices.size(), 1) - 1, "pause"),
        to_text(longest_slice), counted(polls, "poll"), counted(wake_ups, "wake-up"),
        unnoticed.count() == 0 ? "none lay unnoticed"
                               : fmt::format("unnoticed for up to {}", to_text(unnoticed)));
}

} // namespace netio
