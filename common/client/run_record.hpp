#pragma once

#include "common/time_span.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace netio {

/// A check that found no reply.
struct look {
    std::chrono::steady_clock::time_point at;
    bool polling = false; ///< checks again when it is next resumed; otherwise when bytes have come
};

/// Another event of a request, for the trace: it is "connected", begins to "wait" in asio, or the
/// loop has resumed it, "wake".
struct request_mark {
    std::chrono::steady_clock::time_point at;
    std::string_view name;
};

/// What became of one request to the server.
struct request_record {
    std::string name;
    time_span life{};            ///< from the connect to the end of the reply, or the failure
    std::vector<look> looks{};   ///< kept only if the run is recorded: there may be millions
    std::uint64_t wake_ups = 0;  ///< how many times the loop has resumed a wait to read
    std::string connection_id{}; ///< see common/trace.hpp; empty unless the reply has come
    /// How long the reply may have lain unread in the system, at most.
    std::chrono::nanoseconds unnoticed{0};
    bool failed = false;
    std::vector<request_mark> marks{};

    void mark(std::string_view what) { marks.push_back({std::chrono::steady_clock::now(), what}); }
    void wake_up() {
        ++wake_ups;
        mark("wake");
    }
    [[nodiscard]] std::uint64_t polls() const {
        return static_cast<std::uint64_t>(std::ranges::count(looks, true, &look::polling));
    }
    [[nodiscard]] bool has_ended() const { return life.end != decltype(life.end){}; }
};

/// A slice of uniform_sum, between its pauses.
struct sum_slice : time_span {
    std::uint64_t drawn = 0; ///< draws so far
    bool is_last = false;    ///< the sum is done
};

struct printed_line {
    std::chrono::steady_clock::time_point at;
    std::uint64_t track; ///< of the task, in the trace
    std::string text;
};

/// What a client did and when: the data for --timeline and --trace.
struct run_record {
    std::string settings{}; ///< of the client, for the trace
    time_span run{};
    std::vector<sum_slice> slices{};
    std::vector<printed_line> lines{}; ///< kept only for --trace
    /// How long the thread had a processor during the slices: less than their length if other
    /// programs used the processor, too.
    std::chrono::nanoseconds processor_time{0};
    std::chrono::nanoseconds processor_time_step{1}; ///< that time is known to this, for each slice
    /// Whether the system tells the loop what is done, and may be late: see platform.hpp.
    bool loop_is_told = false;
    /// Whether uniform_sum has ended a slice, and lets the tasks run that have become ready
    /// meanwhile. At any other time, the loop notices immediately what becomes ready.
    bool is_pausing = false;
    /// Of the requests that have begun, in that order. A deque, so that none is ever moved: each
    /// task writes to its own.
    std::deque<request_record> requests{};
};

} // namespace netio
