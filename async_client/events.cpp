#include "async_client/events.hpp"

#include "common/platform/platform.hpp"
#include "common/program/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace netio {

using std::chrono::steady_clock;

sum_events::sum_events(const async_client_options& options, run_record& record)
    : options_{options}
    , record_{record} {
    output_.step("Beginning uniform_sum.");
    begin_slice();
}

bool sum_events::slice_is_used_up() {
    slice_.end = steady_clock::now();
    return slice_.length() >= options_.allotment;
}

void sum_events::pause(std::uint64_t drawn) {
    slice_.drawn = drawn;
    end_slice();
    output_.step("Pausing uniform_sum at: {}. time_elapsed: {}.\n", fmt::group_digits(drawn - 1),
                 to_text(slice_.length()));
}

void sum_events::resume() {
    output_.step("Resuming uniform_sum.");
    begin_slice();
}

void sum_events::done(double total) {
    slice_ = {{slice_.begin, steady_clock::now()}, options_.samples, true};
    end_slice();
    output_.result("====== Done uniform_sum. total: {:.2f} ======{}", total,
                   options_.quiet ? "" : "\n");
}

void sum_events::begin_slice() {
    record_.is_pausing = false;
    processor_begin_ = platform::thread_processor_time();
    slice_.begin = steady_clock::now();
}

void sum_events::end_slice() {
    record_.is_pausing = true;
    if (options_.is_recorded()) {
        record_.slices.push_back(slice_);
        record_.processor_time += platform::thread_processor_time() - processor_begin_;
    }
}

request_events::request_events(const async_client_options& options, run_record& run,
                               std::uint64_t number)
    : run_{run}
    , output_{options, run, number + 1}
    , own_record_{options.request_name(number)}
    , record_{options.is_recorded() ? run.requests.emplace_back(own_record_) : own_record_}
    , is_shown_{options.is_shown(number)} {
    if (is_shown_) {
        output_.step("Beginning {}.", record_.name);
    } else if (number == 4) {
        output_.step("Beginning {} more, not shown.\n", options.hidden_requests());
    }
}

void request_events::pause() {
    if (!std::exchange(is_paused_, true) && is_shown_) {
        output_.step("Pausing {}.\n", record_.name);
    }
}

void request_events::resume() {
    if (std::exchange(is_paused_, false) && is_shown_) {
        output_.step("Resuming {}.", record_.name);
    }
}

void request_events::pause_after_look(bool polling) {
    if (&record_ != &own_record_) { // the run is recorded
        record_.looks.push_back({steady_clock::now(), polling});
    }
    pause();
}

void request_events::wake_up() {
    record_.wake_up();
    resume();
}

void request_events::done(double total) {
    record_.unnoticed = longest_unnoticed();
    resume();
    if (is_shown_) {
        output_.result("====== Done {}. total: {:.2f}. ======{}", record_.name, total,
                       output_.options.quiet ? "" : "\n");
    }
}

/// For a task that polls: the time since its last check that found nothing. For a task that the
/// loop resumes: the slice just before, during which the loop could not ask the system; nothing if
/// the loop was waiting when the reply came. A loop that is told what is done may be told only
/// after the pause before that slice: then the slice before the pause counts, too.
std::chrono::nanoseconds request_events::longest_unnoticed() const {
    const auto& looks = record_.looks;
    const auto last_look = looks.empty() ? record_.life.begin : looks.back().at;
    if (!looks.empty() && looks.back().polling) {
        return steady_clock::now() - last_look;
    }
    if (!run_.is_pausing || run_.slices.empty()) {
        return {};
    }
    const auto& slices = run_.slices;
    const auto& first =
        run_.loop_is_told && slices.size() > 1 ? slices[slices.size() - 2] : slices.back();
    return std::max(std::chrono::nanoseconds{0},
                    std::chrono::nanoseconds{slices.back().end - std::max(first.begin, last_look)});
}

} // namespace netio
