#include "common/client/run_summary.hpp"

#include "common/program/duration.hpp"
#include "common/program/words.hpp"

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

double percentage(nanoseconds part, nanoseconds whole) {
    const auto share = static_cast<double>(part.count()) / static_cast<double>(whole.count());
    return whole.count() == 0 ? 0.0 : 100.0 * std::min(share, 1.0);
}

/// The share of the run spent computing, and how much of that the thread had a processor.
std::string computing(const run_record& record) {
    nanoseconds slices{0};
    for (const auto& slice : record.slices) {
        slices += slice.length();
    }
    return fmt::format(
        "The thread computed for {:.0f} % of {} and had a processor for {:.0f} % of that.",
        percentage(slices, record.run.length()), to_text(record.run.length()),
        percentage(record.processor_time, slices));
}

std::string pauses(const run_record& record) {
    nanoseconds longest{0};
    for (const auto& slice : record.slices) {
        longest = std::max(longest, slice.length());
    }
    return fmt::format("{}, longest slice {}.",
                       counted(std::max<std::size_t>(record.slices.size(), 1) - 1, "pause"),
                       to_text(longest));
}

/// How the tasks learned of their replies, and how late.
std::string looks_for_replies(const run_record& record) {
    std::uint64_t polls = 0;
    std::uint64_t wake_ups = 0;
    nanoseconds unnoticed{0};
    for (const auto& request : record.requests) {
        polls += static_cast<std::uint64_t>(
            std::count_if(request.looks.begin(), request.looks.end(),
                          [](const look& found_nothing) { return found_nothing.polling; }));
        wake_ups += request.wake_ups;
        unnoticed = std::max(unnoticed, longest_unnoticed(request, record));
    }
    return fmt::format("{}, {}. {}.", counted(polls, "poll"), counted(wake_ups, "wake-up"),
                       unnoticed.count() == 0
                           ? "No reply lay unnoticed"
                           : fmt::format("A reply lay unnoticed for up to {}", to_text(unnoticed)));
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
    // Resumed by the loop: immediately, if the reply came while the loop slept; in the next
    // pause, if it came during a slice.
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

std::string summary(const run_record& record, std::size_t columns) {
    return fmt::format("{}\n{}\n{}", wrapped(computing(record), columns),
                       wrapped(pauses(record), columns),
                       wrapped(looks_for_replies(record), columns));
}

} // namespace netio
