#pragma once

#include "async_client/async_client_options.hpp"
#include "common/client/task_output.hpp"

#include <chrono>
#include <cstdint>

namespace netio {

// The observers of the two tasks. A task tells its observer what happens, one call for each event.
// The observer prints it, and records it for the timeline and the trace, into objects that must
// outlive it.

/// The observer of uniform_sum.
class sum_events {
public:
    sum_events(const async_client_options& options, run_record& record); ///< the sum begins

    /// Looks at the clock: whether the sum has run for its time allotment since it was resumed.
    [[nodiscard]] bool slice_is_used_up();

    /// @param drawn how many draws have been summed so far.
    void pause(std::uint64_t drawn);
    void resume();
    void done(double total);

private:
    void begin_slice();
    void end_slice();

    const async_client_options& options_;
    run_record& record_;
    task_output output_{options_, record_, 1};
    sum_slice slice_{};
    std::chrono::nanoseconds processor_begin_{0}; ///< processor time when the slice began
};

/// The observer of one server_request.
class request_events {
public:
    request_events(const async_client_options& options, run_record& run, std::uint64_t number);

    request_events(const request_events&) = delete;
    request_events& operator=(const request_events&) = delete;

    /// What is recorded of the request: in the run if it is recorded, otherwise only here.
    [[nodiscard]] request_record& record() { return record_; }

    void pause(); ///< gives the thread back
    /// The same, after a check that found no reply; will check again when resumed.
    void pause_to_poll() { pause_after_look(true); }
    /// The same, after such a check; will be resumed when bytes have come.
    void pause_until_ready() { pause_after_look(false); }
    void resume();  ///< has the thread again
    void wake_up(); ///< the same, because the loop reports that there is something to read
    void done(double total);

private:
    void pause_after_look(bool polling);
    [[nodiscard]] std::chrono::nanoseconds longest_unnoticed() const;

    run_record& run_;
    task_output output_;
    request_record own_record_;
    request_record& record_;
    bool is_shown_;
    bool is_paused_ = false;
};

} // namespace netio
