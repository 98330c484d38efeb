#pragma once

#include "common/client/client_options.hpp"
#include "common/client/run_record.hpp"
#include "common/trace.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace netio {

/// Writes a client's whole record to @p trace: a track for the sum, and one for each request.
void write_trace(const run_record& record, trace_file& trace);

/// What a client shows of its run, as --timeline and --trace ask for it.
class run_report {
public:
    /// Opens the trace file, if --trace is given.
    /// @throws std::runtime_error if the file cannot be written: before any work is done.
    run_report(const client_options& options, std::string_view program);

    /// Does @p work, which fills in @p record, and times it. Then prints the total time and
    /// the timeline, and writes the trace. If the work fails, timeline and trace show the
    /// run up to the failure.
    ///
    /// @throws what @p work throws.
    void run_and_show(run_record& record, const std::function<void()>& work);

private:
    void show(const run_record& record);
    void show_if_possible(const run_record& record) noexcept;

    client_options options_;
    std::optional<trace_file> trace_;
};

} // namespace netio
