#include "common/client/run_report.hpp"

#include "common/client/timeline.hpp"
#include "common/program/duration.hpp"
#include "common/program/standard_output.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <tuple>

namespace netio {
namespace {

using std::chrono::steady_clock;

void write_request(const request_record& request, std::uint64_t track, const run_record& record,
                   trace_file& trace) {
    const auto end = request.has_ended() ? request.life.end : record.run.end;
    trace.name_thread(track, request.name);
    trace.complete(request.name, track, {request.life.begin, end});
    for (const auto& look : request.looks) {
        trace.instant(look.polling ? "poll" : "wait", track, look.at);
    }
    if (request.failed) {
        trace.instant("failed", track, end);
    }
    if (request.local.port() != 0) {
        trace.arrow_from(fmt::to_string(fmt::streamed(request.local)), track, request.life.begin);
    }
}

} // namespace

void write_trace(const run_record& record, trace_file& trace) {
    std::uint64_t track = 1;
    trace.name_thread(track, "uniform_sum");
    for (const auto& slice : record.slices) {
        trace.complete("uniform_sum", track, slice);
    }
    for (const auto& request : record.requests) {
        ++track;
        if (request.has_begun()) {
            write_request(request, track, record, trace);
        }
    }
    trace.flush();
}

run_report::run_report(const client_options& options, std::string_view program)
    : options_{options} {
    if (!options.trace.empty()) {
        trace_.emplace(options.trace, program);
    }
}

void run_report::run_and_show(run_record& record, const std::function<void()>& work) {
    record.run.begin = steady_clock::now();
    try {
        work();
    } catch (...) {
        record.run.end = steady_clock::now();
        show_if_possible(record);
        throw;
    }
    record.run.end = steady_clock::now();
    print_line("Total time elapsed: {}.", to_text(record.run.length()));
    show(record);
}

/// For a run that has failed. If showing it fails, too, only the first failure is reported.
void run_report::show_if_possible(const run_record& record) noexcept {
    try {
        show(record);
    } catch (const std::exception& unreported) {
        std::ignore = unreported;
    }
}

void run_report::show(const run_record& record) {
    if (trace_) {
        write_trace(record, *trace_);
    }
    if (options_.timeline) {
        auto style = timeline_style::of_stdout();
        style.axis = options_.timeline_axis;
        print_line("\n{}", draw_timeline(record, style));
    }
}

} // namespace netio
