#include "benchmarks/when/experiments.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace netio::when {
namespace {

/// One setting, to be tried in several ways.
struct setting {
    row common; ///< what the rows of all ways say
    work todo;
    bool can_overlap = true; ///< whether the client can compute while the server works
};

attempt attempt_at(const setting& given, const char* name, results (*way)(const work&)) {
    attempt made{given.common, [todo = given.todo, way] {
                     const auto found = way(todo);
                     return outcome{found.total, found.replies.size()};
                 }};
    made.result.way = name;
    if (way == coroutines) {
        made.result.slice = usual_slice;
    }
    return made;
}

attempt in_order(const setting& given) {
    return attempt_at(given, "one after the other", one_after_the_other);
}

std::vector<attempt> overlapping(const setting& given) {
    return {attempt_at(given, "threads", threads), attempt_at(given, "coroutines", coroutines)};
}

/// How long the row's work should take.
double model_of(const row& measured, bool overlaps) {
    return overlaps ? std::max(measured.wait, measured.computing)
                    : static_cast<double>(measured.requests) * measured.wait + measured.computing;
}

void try_all_ways(lab& machine, const setting& given, int rounds, std::optional<int> core = {}) {
    auto ways = overlapping(given);
    ways.insert(ways.begin(), in_order(given));
    machine.measure_in_turn(ways, machine.rounds(rounds), core);
    // A virtual machine is not always as fast as at the start. The model needs the time that the
    // sum took meanwhile.
    const double computing = median_processor_time(ways.front().result);
    for (auto& way : ways) {
        way.result.computing = computing;
        way.result.model = model_of(way.result, given.can_overlap && &way != &ways.front());
        print(way.result);
    }
}

void vary_server(lab& machine, bool computes, const std::vector<int>& cores) {
    const double time = machine.seconds(0.5);
    const int core = cores.back();
    const real_server server{machine.server_program(), computes ? 0.0 : time,
                             computes ? machine.samples(time) : 0, core};
    setting given{row_of("server", time, time), work_for(machine, server, time)};
    given.common.cores = cores.size();
    given.common.server = computes ? "computes" : "waits";
    given.can_overlap = !computes || cores.size() > 1;
    try_all_ways(machine, given, computes ? 9 : 5, cores.front()); // two programs: more noise
}

} // namespace

std::uint64_t most_requests(bool quick) {
    return quick ? 1000 : 10'000;
}

row row_of(const char* experiment, double wait, double computing) {
    row common;
    common.experiment = experiment;
    common.wait = wait;
    common.computing = computing;
    common.cores = usable_cores().size();
    return common;
}

work work_for(const lab& machine, const real_server& server, double computing, double slice) {
    return {server.endpoint(), 1, machine.draws(computing), machine.draws(slice)};
}

void vary_waiting(lab& machine) {
    const double computing = machine.seconds(0.5);
    for (const double ratio : {0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0}) {
        const double wait = ratio * computing;
        const real_server server{machine.server_program(), wait};
        try_all_ways(machine,
                     {row_of("waiting", wait, computing), work_for(machine, server, computing)}, 5);
    }
}

void vary_requests(lab& machine) {
    const double wait = machine.seconds(2.0);
    const double computing = wait / 2;
    const auto most = most_requests(machine.is_quick());
    std::vector<attempt> single;
    for (std::uint64_t requests = 1; requests <= most; requests *= 10) {
        const real_server server{machine.server_program(), wait};
        setting given{row_of("requests", wait, computing), work_for(machine, server, computing)};
        given.common.requests = given.todo.requests = requests;
        auto ways = overlapping(given);
        machine.measure_in_turn(ways, machine.rounds(3));
        if (single.empty()) {
            single = ways;
        }
        for (std::size_t i = 0; i < ways.size(); ++i) {
            ways[i].result.model = model_of(ways[i].result, true);
            print(ways[i].result, &single[i].result);
        }
        if (requests <= 10) { // more would take minutes
            std::vector<attempt> slow{in_order(given)};
            machine.measure_in_turn(slow, 1);
            slow[0].result.model = model_of(slow[0].result, false);
            print(slow[0].result);
        }
    }
}

void vary_server(lab& machine) {
    const auto cores = usable_cores();
    for (const bool computes : {false, true}) {
        if (cores.size() > 1) {
            vary_server(machine, computes, {cores[0], cores[1]});
        }
        vary_server(machine, computes, {cores[0]});
    }
}

} // namespace netio::when
