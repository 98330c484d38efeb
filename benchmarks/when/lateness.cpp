// The experiments that measure how late replies are noticed.

#include "benchmarks/when/experiments.hpp"
#include "benchmarks/when/schedule.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace netio::when {
namespace {

constexpr double every = 0.005; // s, from one request to the next

std::chrono::nanoseconds nanoseconds(double seconds) {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

attempt attempt_at(row common, schedule plan, const char* name, delays (*way)(const schedule&)) {
    common.way = name;
    common.requests = plan.todo.requests;
    common.model = std::chrono::duration<double>{plan.sum_after}.count() + common.computing;
    return {std::move(common), [plan, way] {
                auto done = way(plan);
                return outcome{done.found.total, done.found.replies.size(),
                               std::move(done.seconds)};
            }};
}

/// @param first what happens before the sum begins takes so long.
/// @param asking for so long, a request starts from time to time.
void vary_slice_in(lab& machine, const row& common, double asking,
                   const std::vector<double>& slices) {
    const real_server server{machine.server_program(), common.wait};
    schedule plan{work_for(machine, server, common.computing), nanoseconds(every),
                  nanoseconds(common.wait), nanoseconds(common.wait)};
    plan.todo.requests = static_cast<std::uint64_t>(asking / every);
    std::vector<attempt> ways{
        attempt_at(common, plan, "threads", keep_with_threads),
        attempt_at(common, plan, "coroutines; the sum on a thread", keep_with_a_thread)};
    for (const double slice : slices) {
        plan.todo.slice = machine.draws(slice);
        ways.push_back(attempt_at(common, plan, "coroutines", keep_with_slices));
        ways.back().result.slice = slice;
    }
    machine.measure_in_turn(ways, machine.rounds(3));
    for (const auto& way : ways) {
        print(way.result);
    }
}

} // namespace

void vary_slice(lab& machine) {
    // All requests start before the sum begins, at different times, and end while it runs.
    const double wait = machine.seconds(1.0);
    vary_slice_in(machine, row_of("slice", wait, 2 * wait), wait,
                  {0.0001, 0.001, 0.01, 0.1, machine.seconds(1.0)});
}

void vary_load(lab& machine) {
    // All requests start while the sum runs.
    const double computing = machine.seconds(2.0);
    vary_slice_in(machine, row_of("load", 0.0, computing), 0.8 * computing,
                  {0.001, 0.01, 0.1, machine.seconds(1.0)});
}

} // namespace netio::when
