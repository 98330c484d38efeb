// Programs that were built for another system, together with those of this build.

#include "common/random/random_kernels.hpp"
#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/process.hpp"
#include "tests/programs/client_faults.hpp"

#include <csignal>
#include <regex>
#include <string>
#include <utility>
#include <vector>

using namespace netio::testing;
using Catch::Generators::from_range;

namespace {

using options = std::vector<std::string>;
using command_maker = std::vector<std::string> (*)(const std::string&, options);

/// Like command(), with a program of this build.
std::vector<std::string> command_of_this_build(const std::string& program, options more) {
    more.insert(more.begin(), std::string{NETIO_PROGRAMS_OF_THIS_BUILD} + "/" + program);
    return more;
}

/// A server, and the port on which it listens.
struct listening {
    explicit listening(const std::vector<std::string>& arguments)
        : server{arguments} {
        const auto line = server.read_line();
        port = line.substr(line.rfind(':') + 1, line.size() - line.rfind(':') - 2);
    }
    process server;
    std::string port;
};

/// What a client prints of totals, in the order of printing.
std::vector<std::string> totals(const std::string& out) {
    const std::regex total{R"((?:returned|total:) (-?\d+\.\d\d)\b)"};
    std::vector<std::string> found;
    for (std::sregex_iterator match{out.begin(), out.end(), total}, end; match != end; ++match) {
        found.push_back((*match)[1]);
    }
    return found;
}

/// The totals that a server and a client compute, each with a seed.
std::vector<std::string> totals_of(command_maker server, command_maker client,
                                   const std::string& kernel) {
    const options seeded{"--samples", "1234567", "--seed", "7", "--kernel", kernel};
    auto serving = seeded;
    serving.insert(serving.end(), {"--port", "0"});
    const listening there{server("server", serving)};
    auto asking = seeded;
    asking.insert(asking.end(), {"--port", there.port});
    const auto end = run(client("serial_client", asking));
    CHECK(end.status == 0);
    CHECK(end.err.empty());
    return totals(end.out);
}

} // namespace

TEST_CASE("two systems: each one's clients ask the other's server, and the totals are the same",
          "[two_systems]") {
    for (const auto& version : netio::kernel_versions()) {
        CAPTURE(version.name);
        const auto here = totals_of(command_of_this_build, command_of_this_build, version.name);
        CHECK(here.size() == 2);
        CHECK(totals_of(command_of_this_build, command, version.name) == here);
        CHECK(totals_of(command, command_of_this_build, version.name) == here);
        CHECK(totals_of(command, command, version.name) == here);
    }
}

TEST_CASE("two systems: a client that is killed resets its connection", "[two_systems]") {
    const auto who = GENERATE(from_range(clients()));
    listening here{
        command_of_this_build("server", {"--port", "0", "--samples", endless, "--threads", "1"})};
    {
        auto asking = who.options;
        asking.insert(asking.end(), {"--port", here.port});
        process client{command(who.program, asking)};
        read_up_to(here.server, "Processing new connection");
        read_up_to(client, who.waiting);
        wait_until_computing(here.server.id());
        // The destructor kills the client.
    }
    here.server.send_signal(SIGTERM);
    const auto end = here.server.wait(); // it could not end if it still computed
    CHECK(end.status == 0);
    CHECK(contains(end.err, "Connection reset by peer"));
}
