#include "tests/catch.hpp"
#include "tests/cluster.hpp"
#include "tests/server_support.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Several servers behind HAProxy, configured by docs/haproxy.cfg: what
// docs/more-than-one-machine.md promises.

using namespace netio::testing;
using namespace std::chrono_literals;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::uint64_t limit_per_server = 4; // maxconn in docs/haproxy.cfg

/// Prints a line if HAProxy is missing; ctest recognises the line and reports "skipped".
bool is_skipped() {
    if (!find_haproxy().empty()) {
        return false;
    }
    std::cout << "Skipped: HAProxy is not installed (scripts/setup haproxy).\n";
    return true;
}

/// Servers with one computing thread each, and HAProxy in front of them.
class cluster {
public:
    /// @param options of each server.
    explicit cluster(const std::vector<std::vector<std::string>>& options)
        : options_{options} {
        std::vector<std::string> ports;
        for (std::size_t i = 0; i < options.size(); ++i) {
            ports.push_back("0");
            servers_.emplace_back();
            start(i, "0");
            ports.back() = servers_.back()->port();
        }
        balancer_.emplace(ports);
    }

    [[nodiscard]] server_process& server(std::size_t i) { return *servers_[i]; }
    [[nodiscard]] const balancer& haproxy() const { return *balancer_; }
    [[nodiscard]] std::size_t size() const { return servers_.size(); }

    /// Of server @p i, a column of HAProxy's table.
    [[nodiscard]] std::uint64_t count(std::size_t i, const std::string& column) const {
        return balancer_->count(name(i), column);
    }

    void set(std::size_t i, const std::string& state) const {
        const auto refusal = balancer_->say("set server servers/" + name(i) + " state " + state);
        REQUIRE(refusal == "\n");
    }

    /// No health checks: then HAProxy knows of a server only what requests tell it.
    void stop_checks() const {
        for (std::size_t i = 0; i < size(); ++i) {
            REQUIRE(balancer_->say("disable health servers/" + name(i)) == "\n");
        }
    }

    /// The steps of a rolling restart, for one server.
    void restart(std::size_t i) {
        set(i, "maint");
        wait_until([&] { return count(i, "scur") == 0; });
        servers_[i]->send_signal(SIGTERM);
        CHECK(servers_[i]->wait().status == 0);
        CHECK(balancer_->count("BACKEND", "qcur") > 0); // there is load while it is away
        start(i, servers_[i]->port());
        set(i, "ready");
        wait_until([&] { return balancer_->state(name(i)).at("status") == "UP"; });
    }

    void kill(std::size_t i) {
        servers_[i]->send_signal(SIGKILL);
        CHECK(servers_[i]->wait().status == 128 + SIGKILL);
    }

    [[nodiscard]] std::unique_ptr<process> ask(std::vector<std::string> options = {}) const {
        options.insert(options.end(), {"--port", balancer_->port(), "--samples", "1"});
        return std::make_unique<process>(command("async_client", std::move(options)));
    }

    /// Clients with one request each.
    [[nodiscard]] std::vector<std::unique_ptr<process>> ask_times(std::uint64_t times) const {
        std::vector<std::unique_ptr<process>> clients;
        while (clients.size() < times) {
            clients.push_back(ask());
        }
        return clients;
    }

private:
    static std::string name(std::size_t i) { return fmt::format("s{}", i + 1); }

    void start(std::size_t i, const std::string& port) {
        auto options = options_[i];
        options.insert(options.end(), {"--port", port, "--threads", "1"});
        servers_[i] = std::make_unique<server_process>(options);
    }

    std::vector<std::vector<std::string>> options_;
    std::vector<std::unique_ptr<server_process>> servers_;
    std::optional<balancer> balancer_;
};

void check_answered(process& client) {
    const auto end = client.wait();
    CHECK(end.status == 0);
    CHECK(end.err == "");
}

void check_answered(const std::vector<std::unique_ptr<process>>& clients) {
    for (const auto& client : clients) {
        check_answered(*client);
    }
}

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

/// Waits until a server has accepted every connection made before. Servers accept in order.
void wait_until_accepted(server_process& server) {
    crowd visitor{server};
    auto last = visitor.connect();
    const auto line =
        fmt::format("Processing new connection: 127.0.0.1:{}.", last.local_endpoint().port());
    while (server.read_line() != line) {
    }
    reset(std::move(last));
}

/// Checks for one clear line: the program's name, the address, what happened.
void check_told_of_no_answer(const outcome& end, const cluster& servers) {
    CHECK(end.status == 1);
    CHECK(lines_of(end.err).size() == 1);
    CHECK_THAT(end.err, StartsWith("async_client: "));
    CHECK(mentions(end.err, "127.0.0.1:" + servers.haproxy().port()));
    CHECK(mentions(end.err, "closed the connection without a reply"));
}

const std::vector<std::string> quick{"--samples", "10", "--delay", "50ms"};
const std::vector<std::string> slow{"--samples", "10", "--delay", "2s"};
const std::vector<std::string> never_done{"--samples", endless};

} // namespace

TEST_CASE("cluster: requests are spread over all servers", "[cluster]") {
    if (is_skipped()) {
        return;
    }
    const cluster servers{{quick, quick, quick}};
    check_answered(*servers.ask({"--requests", "90"}));
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < servers.size(); ++i) {
        sum += servers.count(i, "stot");
        CHECK(servers.count(i, "stot") >= 20);
    }
    CHECK(sum == 90);
}

TEST_CASE("cluster: requests above the servers' limits wait in the queue", "[cluster]") {
    if (is_skipped()) {
        return;
    }
    const cluster servers{{quick, quick}};
    check_answered(*servers.ask({"--requests", "40"}));
    for (std::size_t i = 0; i < servers.size(); ++i) {
        CHECK(servers.count(i, "smax") == limit_per_server);
    }
    CHECK(servers.haproxy().count("BACKEND", "qmax") >= 10);
}

TEST_CASE("cluster: a rolling restart under load fails no request", "[cluster]") {
    if (is_skipped()) {
        return;
    }
    cluster servers{{quick, quick, quick}};
    std::vector<std::unique_ptr<process>> load;
    for (std::size_t i = 0; i < servers.size(); ++i) {
        load.push_back(servers.ask({"--requests", "300"})); // for 2 s, with two servers
        wait_until([&] { return servers.haproxy().count("BACKEND", "qcur") > 100; });
        servers.restart(i);
    }
    check_answered(load);
    for (std::size_t i = 0; i < servers.size(); ++i) {
        CHECK(servers.count(i, "wretr") + servers.count(i, "wredis") == 0); // none was even refused
    }
}

TEST_CASE("cluster: stopped without notice, a server answers what it holds, the others the rest",
          "[cluster]") {
    if (is_skipped()) {
        return;
    }
    cluster servers{{slow, slow}};
    servers.stop_checks();
    const auto held = servers.ask_times(2 * limit_per_server);
    wait_until([&] {
        return servers.count(0, "scur") == limit_per_server &&
               servers.count(1, "scur") == limit_per_server;
    });
    wait_until_accepted(servers.server(0));
    servers.server(0).send_signal(SIGTERM);
    CHECK(servers.server(0).wait().status == 0);
    check_answered(servers.ask_times(2 * limit_per_server));
    check_answered(held);
    CHECK(servers.count(0, "wredis") > 0); // refused there, and redispatched
}

TEST_CASE("cluster: a server killed amid requests fails only its own", "[cluster]") {
    if (is_skipped()) {
        return;
    }
    cluster servers{{never_done, slow}};
    servers.set(1, "maint");
    const auto lost = servers.ask_times(limit_per_server);
    wait_until([&] { return servers.count(0, "scur") == limit_per_server; });
    servers.set(1, "ready");
    const auto others = servers.ask_times(2 * limit_per_server); // half of them wait
    wait_until([&] { return servers.haproxy().count("BACKEND", "qcur") == limit_per_server; });

    servers.kill(0);
    for (const auto& client : lost) {
        check_told_of_no_answer(client->wait(), servers);
    }
    // The kill makes room. HAProxy may fill it before the listening socket is gone, too:
    // those connections are the dead server's own.
    std::uint64_t failed = lost.size();
    for (const auto& client : others) {
        const auto end = client->wait();
        if (end.status != 0) {
            check_told_of_no_answer(end, servers);
            ++failed;
        }
    }
    CHECK(failed == servers.count(0, "stot") - servers.count(0, "wredis"));
    CHECK(failed <= 2 * limit_per_server);
    check_answered(servers.ask_times(4));
}

TEST_CASE("cluster: without any server, a client fails long before its timeout", "[cluster]") {
    if (is_skipped()) {
        return;
    }
    cluster servers{{quick, quick}};
    servers.kill(0);
    servers.kill(1);
    const stopwatch watch;
    check_told_of_no_answer(servers.ask({"--timeout", "50s"})->wait(), servers);
    CHECK(watch.elapsed() < 25s);
}

TEST_CASE("cluster: a client that gives up ends its computation behind the balancer", "[cluster]") {
    if (is_skipped()) {
        return;
    }
    cluster servers{{never_done}};
    const auto client = servers.ask({"--timeout", "500ms"});
    wait_until([&] { return servers.count(0, "scur") == 1; });
    CHECK(mentions(client->wait().err, "within the timeout of 500.00ms"));
    servers.server(0).send_signal(SIGTERM);
    CHECK(servers.server(0).wait().status == 0); // it would not end before its computation
}

TEST_CASE("cluster: a client that shuts down its sending side gets its reply", "[cluster]") {
    if (is_skipped()) {
        return;
    }
    cluster servers{{{"--samples", "10", "--delay", "1s"}}};
    crowd clients{servers.haproxy().endpoint()};
    auto client = clients.connect();
    // HAProxy drops a client that shuts down its side before its request has reached a server. So
    // wait until the server has accepted, and until HAProxy, asked again, must know that.
    wait_until([&] { return servers.count(0, "scur") == 1; });
    wait_until_accepted(servers.server(0));
    REQUIRE(servers.count(0, "scur") == 1);
    client.shutdown(asio::ip::tcp::socket::shutdown_send);
    CHECK(is_reply(clients.reply_to(std::move(client))));
}
