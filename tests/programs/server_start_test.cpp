#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/server_support.hpp"
#include "tests/temporary_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <linux/capability.h>
#include <sched.h>
#include <set>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

// The real server as a process: where it listens, and when it refuses to start.

using namespace netio::testing;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

/// Runs the server, which is expected not to start.
outcome run_server(std::vector<std::string> options, std::function<void()> prepare = {}) {
    return run(command("server", std::move(options)), std::move(prepare));
}

void check_refusal(const outcome& result, int status, const std::string& start,
                   const std::string& end) {
    CHECK(result.status == status);
    CHECK(result.out.empty());
    CHECK(lines_of(result.err).size() == 1);
    CHECK_THAT(result.err, StartsWith("server: " + start));
    CHECK_THAT(result.err, EndsWith(end + "\n"));
}

} // namespace

TEST_CASE("server process: refuses to start on a port in use", "[server_process]") {
    server_process server{{"--port", "0"}};
    check_refusal(run_server({"--port", server.port()}), 1,
                  "cannot listen on 127.0.0.1:" + server.port() + ": ",
                  "Address already in use. Is another server running? Try another --port.");
}

// Windows has no privileged ports.
TEST_CASE("server process: refuses to start on a privileged port", "[server_process][posix]") {
    int first_free_for_all = 0;
    std::ifstream{"/proc/sys/net/ipv4/ip_unprivileged_port_start"} >> first_free_for_all;
    if (first_free_for_all <= 1) {
        WARN("no port is privileged here");
        return;
    }
    // Even root must not, without this capability.
    const auto drop_privilege = [] {
        ::prctl(PR_CAPBSET_DROP, CAP_NET_BIND_SERVICE);
    };
    check_refusal(run_server({"--port", "1"}, drop_privilege), 1,
                  "cannot listen on 127.0.0.1:1: ", "Permission denied");
}

TEST_CASE("server process: refuses to start on an unknown host", "[server_process]") {
    check_refusal(run_server({"--host", "no..such..host"}), 1,
                  "cannot resolve no..such..host: ", "");
}

// Windows has no such limit of memory.
TEST_CASE("server process: refuses to start without enough memory for its threads",
          "[server_process][native][posix]") { // qemu sets no limit on the address space
    if (sanitized) {
        WARN("a sanitizer needs more address space than that");
        return;
    }
    const auto two_gibibytes = [] {
        limit(RLIMIT_AS, rlim_t{2} << 30);
    };
    check_refusal(run_server({"--port", "0", "--threads", "4000"}, two_gibibytes), 1,
                  "cannot create 4000 computing threads: ", "");
}

// Windows has no such limit of threads.
TEST_CASE("server process: refuses to start when the system allows fewer threads",
          "[server_process][posix]") {
    // The limit applies to the processes of one real user, and not to root. So the server runs
    // as a user with no other processes, and without the privileges that lift the limit. The
    // effective user remains the same.
    const auto limit_threads = [] {
        ::prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE);
        ::prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN);
        if (::getuid() == 0) {
            static_cast<void>(::setresuid(61'234, 0, 0));
        }
        limit(RLIMIT_NPROC, 100);
    };
    check_refusal(run_server({"--port", "0", "--threads", "4000"}, limit_threads), 1,
                  "cannot create 4000 computing threads: ", "Resource temporarily unavailable");
}

TEST_CASE("server process: refuses every bad value of an option", "[server_process]") {
    const std::vector<std::pair<std::string, std::vector<std::string>>> bad_values{
        {"--host", {""}},
        {"--port", {"", "-1", "65536", "x", "80x", "0x50", "1.5"}},
        {"--samples", {"", "-1", "1e16", "nan", "inf", "1.5", "1 ", "many"}},
        {"--seed", {"", "-1", "1.0", "18446744073709551616", "x"}},
        {"--threads", {"", "0", "-1", "1e9", "nan", "two"}},
        {"--delay", {"", "-1", "1h", "ms", "nan", "inf", "1e300"}},
        {"--max-connections", {"", "0", "-1", "1e12", "all"}},
    };
    for (const auto& [option, values] : bad_values) {
        for (const auto& value : values) {
            CAPTURE(option, value);
            check_refusal(run_server({option + "=" + value}), 2, "", "Try --help.");
        }
    }
    check_refusal(run_server({"--no-such-option"}), 2, "", "Try --help.");
    check_refusal(run_server({"word"}), 2, "", "Try --help.");
}

TEST_CASE("server process: listens on every address of its host, with one port",
          "[server_process]") {
    // Where localhost is one address, give it two, if this program may, as root may.
    const temporary_file hosts{"127.0.0.1 localhost\n::1 localhost\n"};
    const auto map_localhost = [&hosts] {
        if (::unshare(CLONE_NEWNS) == 0 &&
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) {
            static_cast<void>(
                ::mount(hosts.path().c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr));
        }
    };
    const auto addresses = run({"/usr/bin/getent", "ahosts", "localhost"}, map_localhost).out;
    if (addresses.find("::1") == addresses.npos || addresses.find("127.0.0.1") == addresses.npos ||
        !has_ipv6()) {
        WARN("not tested, as localhost has only one address here");
        return;
    }
    process server{command("server", {"--host", "localhost", "--port", "0", "--samples", "10"}),
                   map_localhost};
    const std::string start = "Server is running and listening on: ";
    std::set<std::string> hosts_seen;
    std::set<std::string> ports;
    for (int i = 0; i < 2; ++i) {
        const auto line = server.read_line();
        CHECK_THAT(line, StartsWith(start));
        const auto colon = line.rfind(':');
        hosts_seen.insert(line.substr(start.size(), colon - start.size()));
        ports.insert(line.substr(colon));
    }
    CHECK(hosts_seen == std::set<std::string>{"127.0.0.1", "[::1]"});
    REQUIRE(ports.size() == 1);
    const auto port = ports.begin()->substr(1, ports.begin()->size() - 2); // ":40021."

    for (const auto* const host : {"127.0.0.1", "::1", "localhost"}) {
        for (const auto* const program : {"serial_client", "async_client"}) {
            const auto client =
                run(command(program, {"--host", host, "--port", port, "--samples", "10"}));
            CAPTURE(host, program, client.err);
            CHECK(client.status == 0);
        }
    }
    stop_and_expect_success(server);
}
