#pragma once

#include "common/client/client_options.hpp"
#include "common/client/run_record.hpp"
#include "common/program/standard_output.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <utility>

namespace netio {

/// What a task of a client prints. With --trace, the lines are recorded, too.
struct task_output {
    const client_options& options;
    run_record& record;
    std::uint64_t track; ///< of the task, in the trace

    /// A result or a time.
    template <typename... Args>
    void result(fmt::format_string<Args...> format, Args&&... args) const {
        auto text = fmt::format(format, std::forward<Args>(args)...);
        const auto now = std::chrono::steady_clock::now();
        print_line("{}", text);
        if (!options.trace.empty()) {
            record.lines.push_back({now, track, std::move(text)});
        }
    }

    /// What the task does: not printed with --quiet.
    template <typename... Args>
    void step(fmt::format_string<Args...> format, Args&&... args) const {
        if (!options.quiet) {
            result(format, std::forward<Args>(args)...);
        }
    }
};

} // namespace netio
