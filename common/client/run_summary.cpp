#include "common/client/timeline.hpp"
#include "common/program/duration.hpp"
#include "common/program/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace netio {
namespace {

using std::chrono::nanoseconds;

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
        unnoticed = std::max(unnoticed, request.unnoticed);
    }
    return fmt::format("{}, {}. {}.", counted(polls, "poll"), counted(wake_ups, "wake-up"),
                       unnoticed.count() == 0
                           ? "No reply lay unnoticed"
                           : fmt::format("A reply lay unnoticed for up to {}", to_text(unnoticed)));
}

} // namespace

std::string summary(const run_record& record, std::size_t columns) {
    return fmt::format("{}\n{}\n{}", wrapped(computing(record), columns),
                       wrapped(pauses(record), columns),
                       wrapped(looks_for_replies(record), columns));
}

} // namespace netio
