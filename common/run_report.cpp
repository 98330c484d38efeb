#include "common/run_report.hpp"

#include "common/duration.hpp"
#include "common/standard_streams.hpp"
#include "common/timeline.hpp"

namespace netio {

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
