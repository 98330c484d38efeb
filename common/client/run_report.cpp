#include "common/client/run_report.hpp"

#include "common/client/task_output.hpp"
#include "common/client/timeline.hpp"
#include "common/platform/platform.hpp"
#include "common/program/duration.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>

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
    for (const auto& mark : request.marks) {
        trace.instant(mark.name, track, mark.at);
    }
    if (request.failed) {
        trace.instant("failed", track, end);
    } else if (!request.has_ended()) {
        trace.instant("unfinished", track, end); // another request's failure has ended the run
    }
    if (!request.connection_id.empty()) {
        trace.arrow_from(request.connection_id, track, request.life.begin);
    }
}

} // namespace

void write_trace(const run_record& record, trace_file& trace) {
    std::uint64_t track = 1;
    trace.name_thread(track, "uniform_sum");
    for (const auto& slice : record.slices) {
        trace.complete("uniform_sum", track, slice,
                       fmt::format(R"("draws":{},"ended":"{}")", slice.drawn,
                                   slice.is_last ? "done" : "allotment"));
    }
    for (const auto& request : record.requests) {
        write_request(request, ++track, record, trace);
    }
    for (const auto& line : record.lines) {
        trace.line(line.text, line.track, line.at);
    }
    trace.flush();
}

void run_and_show(const client_options& options, std::string_view program, run_record& record,
                  const std::function<void()>& work) {
    std::optional<trace_file> trace;
    if (!options.trace.empty()) {
        trace.emplace(options.trace, program);
        trace->settings(fmt::format(R"("requests":{}{})", options.requests, record.settings));
    }
    std::exception_ptr failure; // the first one, which is the one to report
    const auto attempt = [&failure](const std::function<void()>& step) {
        try {
            step();
        } catch (...) {
            failure = failure ? failure : std::current_exception();
        }
    };
    record.processor_time_step = platform::thread_processor_time_step();
    record.loop_is_told = platform::loop_is_told();
    record.run.begin = steady_clock::now();
    attempt(work);
    record.run.end = steady_clock::now();
    if (!failure) {
        task_output{options, record, 1}.result("Total time elapsed: {}.",
                                               to_text(record.run.length()));
    }
    attempt([&] {
        if (trace) {
            write_trace(record, *trace);
        }
        if (options.timeline) {
            auto style = timeline_style::of_stdout();
            style.axis = options.timeline_axis;
            print_line("\n{}", draw_timeline(record, style));
        }
    });
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace netio
