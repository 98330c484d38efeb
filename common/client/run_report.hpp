#pragma once

#include "common/client/client_options.hpp"
#include "common/client/run_record.hpp"
#include "common/trace.hpp"

#include <functional>
#include <string_view>

namespace netio {

/// Writes a client's record to @p trace: a track for the sum, and one for each request.
/// @throws std::runtime_error naming the file, if it cannot be written.
void write_trace(const run_record& record, trace_file& trace);

/// Does a client's @p work, which fills in the record, and times it. Then prints the total time
/// and, if --trace and --timeline ask for it, writes the trace and prints the timeline. If the work
/// fails, both show the run up to the failure.
/// @throws what @p work throws; std::runtime_error if the trace cannot be written (before the work,
///         if the file cannot be opened), std::system_error if stdout cannot.
void run_and_show(const client_options& options, std::string_view program, run_record& record,
                  const std::function<void()>& work);

} // namespace netio
