#include "common/client/run_report.hpp"

#include "common/client/timeline.hpp"
#include "common/program/duration.hpp"
#include "common/program/standard_streams.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace netio {

void write_trace(const run_record& record, trace_file& trace) {
    std::uint64_t lane = 1;
    trace.name_thread(lane, "uniform_sum");
    for (const auto& slice : record.slices) {
        trace.complete("uniform_sum", lane, slice);
    }
    for (const auto& request : record.requests) {
        ++lane;
        trace.name_thread(lane, request.name);
        trace.complete(request.name, lane, request.life);
        for (const auto& look : request.looks) {
            trace.instant(look.polling ? "poll" : "wait", lane, look.at);
        }
        trace.arrow_from(fmt::to_string(fmt::streamed(request.local)), lane, request.life.begin);
    }
    trace.flush();
}

run_report::run_report(const client_options& options, std::string_view program)
    : options_{options} {
    if (!options.trace.empty()) {
        trace_.emplace(options.trace, program);
    }
}

void run_report::show(const run_record& record) {
    print_line("Total time elapsed: {}.", to_text(record.run.length()));
    if (options_.timeline) {
        auto style = timeline_style::of_stdout();
        style.axis = options_.timeline_axis;
        print_line("\n{}", draw_timeline(record, style));
    }
    if (trace_) {
        write_trace(record, *trace_);
    }
}

} // namespace netio
