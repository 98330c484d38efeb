#include "common/client/timeline.hpp"
#include "common/program/duration.hpp"
#include "common/program/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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

/// " and had a processor for 98 % of that", as far as the steps of the system's clock allow to say.
std::string processor_share(const run_record& record, nanoseconds computed) {
    const auto slices = static_cast<std::int64_t>(record.slices.size());
    const double error = percentage(slices * record.processor_time_step, computed);
    if (error > 10.0) {
        return ", too short a time to measure how long it had a processor";
    }
    return fmt::format(" and had a processor for {:.0f} % of that{}",
                       percentage(record.processor_time, computed),
                       error < 0.5 ? "" : fmt::format(", give or take {:.0f} %", std::ceil(error)));
}

/// What must be added to the time in which a reply lay unnoticed.
std::string_view delay_of_system(const run_record& record, nanoseconds unnoticed,
                                 std::uint64_t wake_ups) {
    if (!record.loop_is_told || wake_ups == 0) {
        return "";
    }
    return unnoticed.count() == 0 ? ", but for the time that the system took to report it"
                                  : ", and the time that the system took to report it";
}

} // namespace

std::string summary(const run_record& record, std::size_t columns) {
    nanoseconds computed{0};
    nanoseconds longest{0};
    for (const auto& slice : record.slices) {
        computed += slice.length();
        longest = std::max(longest, slice.length());
    }
    std::uint64_t polls = 0;
    std::uint64_t wake_ups = 0;
    nanoseconds unnoticed{0};
    for (const auto& request : record.requests) {
        polls += request.polls();
        wake_ups += request.wake_ups;
        unnoticed = std::max(unnoticed, request.unnoticed);
    }
    const auto computing = fmt::format(
        "The thread computed for {:.0f} % of {}{}.", percentage(computed, record.run.length()),
        to_text(record.run.length()), processor_share(record, computed));
    const auto pauses = fmt::format(
        "{}, longest slice {}.",
        counted(std::max<std::size_t>(record.slices.size(), 1) - 1, "pause"), to_text(longest));
    const auto replies =
        fmt::format("{}, {}. {}{}.", counted(polls, "poll"), counted(wake_ups, "wake-up"),
                    unnoticed.count() == 0
                        ? "No reply lay unnoticed"
                        : fmt::format("A reply lay unnoticed for up to {}", to_text(unnoticed)),
                    delay_of_system(record, unnoticed, wake_ups));
    return fmt::format("{}\n{}\n{}", wrapped(computing, columns), wrapped(pauses, columns),
                       wrapped(replies, columns));
}

} // namespace netio
