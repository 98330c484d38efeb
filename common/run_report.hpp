#pragma once

#include "common/command_line.hpp"
#include "common/run_record.hpp"
#include "common/trace.hpp"

#include <optional>
#include <string_view>

namespace netio {

/// What a client shows of its run, as --timeline and --trace ask for it.
class run_report {
public:
    /// Opens the trace, if there is to be one: if it cannot be written, that is an
    /// error before any work.
    run_report(const client_options& options, std::string_view program);

    /// Prints the total time, then the timeline, and writes the trace.
    void show(const run_record& record);

private:
    client_options options_;
    std::optional<trace_file> trace_;
};

} // namespace netio
