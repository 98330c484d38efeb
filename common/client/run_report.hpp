#pragma once

#include "common/client/client_options.hpp"
#include "common/client/run_record.hpp"
#include "common/trace.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace netio {

/// Writes a client's record to @p trace: a track for the sum, and one for each request that has
/// begun.
///
/// @throws std::runtime_error naming the file, if it cannot be written.
void write_trace(const run_record& record, trace_file& trace);

/// Shows a client's run, as --timeline and --trace ask.
class run_report {
public:
    /// Opens the trace file, if --trace is given.
    /// @throws std::runtime_error if the file cannot be written: before any work is done.
    run_report(const client_options& options, std::string_view program);

    /// Does @p work, which fills in @p record, and times it. Then prints the total time and, if
    /// asked for, writes the trace and prints the timeline. If the work fails, both show the
    /// run up to the failure.
    ///
    /// @throws what @p work throws; std::runtime_error if the trace cannot be written,
    ///         std::system_error if stdout cannot.
    void run_and_show(run_record& record, const std::function<void()>& work);

private:
    void show(const run_record& record);
    void show_if_possible(const run_record& record) noexcept;

    client_options options_;
    std::optional<trace_file> trace_;
};

} // namespace netio
