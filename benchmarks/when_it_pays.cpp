// Measures when it pays to overlap waiting and computing, and at what cost: one after the other,
// with threads, and with coroutines. Prints CSV. The server is the real one, a process of its own.

#include "benchmarks/when/experiments.hpp"
#include "common/platform/platform.hpp"
#include "common/program/fail.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace when = netio::when;

namespace {

constexpr auto usage = "usage: when_it_pays [--quick] [--server PROGRAM]";

struct options {
    bool quick = false;
    std::string server = // beside this program
        std::filesystem::read_symlink("/proc/self/exe").replace_filename("server").string();
};

options parse(int argc, char* argv[]) {
    options given;
    for (int i = 1; i < argc; ++i) {
        if (const std::string_view word = argv[i]; word == "--quick") {
            given.quick = true;
        } else if (word == "--server" && i + 1 < argc) {
            given.server = argv[++i];
        } else if (word == "--help") {
            throw netio::help_requested{std::string{usage} + '\n'};
        } else {
            throw netio::usage_error{usage};
        }
    }
    return given;
}

/// Finds out what is missing before anything is measured.
void check_machine(const options& given) {
    if (!std::filesystem::is_regular_file(given.server)) {
        throw std::runtime_error("there is no server program at " + given.server +
                                 ": build the target server, or try --server");
    }
    const when::real_server trial{given.server, 0.0};
    netio::platform::raise_descriptor_limit();
    const auto needed = when::most_requests(given.quick) + 100;
    if (const auto limit = netio::platform::descriptor_limit(); limit < needed) {
        throw std::runtime_error(
            fmt::format("needs {0} descriptors, but may have only {1}: try ulimit -n {0}{2}",
                        needed, limit, given.quick ? "" : ", or --quick"));
    }
}

} // namespace

int main(int argc, char* argv[]) try {
    const auto given = parse(argc, argv);
    check_machine(given);
    when::lab machine{given.server, given.quick};
    when::print_head(machine.draws(1.0), 1.0);
    when::vary_waiting(machine);
    when::vary_requests(machine);
    when::vary_server(machine);
    when::vary_slice(machine);
    when::vary_load(machine);
    if (!given.quick) { // for a moment, other programs may be unable to start threads
        when::find_limits();
    }
    return EXIT_SUCCESS;
} catch (...) {
    return netio::fail("when_it_pays", std::current_exception());
}
