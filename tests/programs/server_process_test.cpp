#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/server_support.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

// The real server as a process: signals.

using asio::ip::tcp;
using namespace std::chrono_literals;
using namespace netio::testing;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

/// Checks that the server reports no error: it may only say how many clients it must answer.
void check_only_says_that_it_stops(const std::string& err) {
    CAPTURE(err);
    CHECK(lines_of(err).size() <= 1);
    CHECK((err.empty() || err.rfind("server: stopping: ", 0) == 0));
}

} // namespace

TEST_CASE("server process: told to stop, it answers what runs and what is queued",
          "[server_process]") {
    const auto signal = GENERATE(SIGINT, SIGTERM);
    server_process server{{"--port", "0", "--samples", "1e6", "--threads", "1"}};
    crowd clients{server};
    auto sockets = clients.connect(20);
    read_processing_lines(server, 20);
    server.send_signal(signal);
    CHECK(count_replies(clients.replies_to(std::move(sockets))) == 20);
    const auto result = server.wait();
    CHECK(result.status == 0);
    check_only_says_that_it_stops(result.err);
}

TEST_CASE("server process: told to stop, it answers those it delays, and refuses others",
          "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10", "--threads", "1", "--delay", "500ms"}};
    crowd clients{server};
    auto sockets = clients.connect(20);
    read_processing_lines(server, 20);
    server.send_signal(SIGTERM);
    wait_until([&] {
        try {
            static_cast<void>(clients.connect());
            return false;
        } catch (const std::system_error& error) {
            return error.code() == asio::error::connection_refused;
        }
    });
    CHECK(count_replies(clients.replies_to(std::move(sockets))) == 20);
    const auto result = server.wait();
    CHECK(result.status == 0);
    check_only_says_that_it_stops(result.err);
}

TEST_CASE("server process: told to stop, it does not wait for silent clients", "[server_process]") {
    // A client that has its reply and does not close otherwise has 1 s to close.
    // The quickest of several: one alone may be slow because the machine is busy.
    auto quickest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 10 && quickest > 500ms; ++i) {
        server_process server{{"--port", "0", "--samples", "10"}};
        crowd clients{server};
        auto silent = clients.connect();
        silent.wait(tcp::socket::wait_read); // for the answer
        const stopwatch watch;
        server.send_signal(SIGTERM);
        CHECK(server.wait().status == 0);
        quickest = std::min(quickest, watch.elapsed());
    }
    CHECK(quickest <= 500ms);
}

TEST_CASE("server process: told to stop, it gives a client that has sent something time to close",
          "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10", "--delay", "50ms"}};
    crowd clients{server};
    const stopwatch watch;
    auto client = clients.connect();
    asio::write(client, asio::buffer("x", 1));
    client.wait(tcp::socket::wait_read); // for the answer
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
    CHECK(watch.elapsed() >= 1s);
}

TEST_CASE("server process: a second signal ends it immediately", "[server_process]") {
    server_process server{{"--port", "0", "--samples", endless, "--threads", "2"}};
    crowd clients{server};
    const auto sockets = clients.connect(4);
    read_processing_lines(server, 4);
    server.send_signal(SIGTERM);
    // Not before the first has been seen: two that come together may count as one.
    wait_until([&] {
        try {
            static_cast<void>(clients.connect());
            return false;
        } catch (const std::system_error&) {
            return true;
        }
    });
    server.send_signal(SIGTERM);
    const auto result = server.wait();
    CHECK(result.status == 1);
    CHECK(lines_of(result.err).back() ==
          "server: stopped by a second signal, with clients unanswered");
}

TEST_CASE("server process: can be started again immediately on the same port", "[server_process]") {
    const own_address address;
    for (int i = 0; i < 2; ++i) {
        process server{command("server", address.options({"--samples", "10"}))};
        CHECK_THAT(server.read_line(), EndsWith(":" + address.port + "."));
        crowd clients{address.endpoint};
        CHECK(is_reply(clients.ask()));
        server.send_signal(SIGTERM);
        CHECK(server.wait().status == 0);
    }
}

TEST_CASE("server process: an IPv4 client of a server on IPv6 is logged with its IPv4 address",
          "[server_process]") {
    if (!has_ipv6()) {
        WARN("not tested, as there is no IPv6 here");
        return;
    }
    server_process server{{"--host", "::", "--port", "0", "--samples", "10"}};
    crowd clients{server};
    CHECK(is_reply(clients.ask()));
    CHECK_THAT(server.read_line(), StartsWith("Processing new connection: 127.0.0.1:"));
}

// Windows has no second signal. Two equal signals may count as one.
TEST_CASE("server process: told to stop, it says how many clients are unanswered",
          "[server_process][posix]") {
    const std::size_t count = GENERATE(1U, 2U);
    server_process server{{"--port", "0", "--samples", endless, "--threads", "1"}};
    crowd clients{server};
    auto sockets = clients.connect(count);
    read_processing_lines(server, count);
    server.send_signal(SIGINT);
    server.send_signal(SIGTERM); // the computation has no end: the second signal is needed
    const auto lines = lines_of(server.wait().err);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.front() ==
          (count == 1
               ? "server: stopping: 1 client still unanswered; a second signal drops it"
               : "server: stopping: 2 clients still unanswered; a second signal drops them"));
}

// Windows has no signal that stops a program for a while, and no second signal.
TEST_CASE("server process: two signals end an idle server with success",
          "[server_process][posix]") {
    server_process server{{"--port", "0", "--samples", "10"}};
    SECTION("before any client") {}
    SECTION("after one") {
        const auto descriptors = count_descriptors(server);
        CHECK(is_reply(crowd{server}.ask()));
        wait_until([&] { return count_descriptors(server) == descriptors; }); // it has closed, too
    }
    server.send_signal(SIGSTOP);
    wait_for_state(server, 'T');
    server.send_signal(SIGTERM); // it will see both in the same turn of its loop
    server.send_signal(SIGINT);
    server.send_signal(SIGCONT);
    const auto end = server.wait();
    CHECK(end.status == 0);
    CHECK(end.err.empty());
}

// An emulator has masks of its own.
TEST_CASE("server process: no computing thread takes a signal", "[server_process][native][posix]") {
    const server_process server{{"--port", "0", "--threads", "2"}};
    const auto main_thread = std::to_string(server.id());
    std::vector<std::string> others;
    for (const auto& entry : std::filesystem::directory_iterator{proc(server, "task")}) {
        if (auto thread = entry.path().filename().string(); thread != main_thread) {
            CHECK(blocked_stop_signals(server, thread) == stop_signals);
            others.push_back(std::move(thread));
        }
    }
    CHECK(others.size() >= 2);
    CHECK(blocked_stop_signals(server, main_thread) == 0);
}

// Windows has no second signal. Two equal signals may count as one.
TEST_CASE("server process: a second signal while it ends does not change its exit status",
          "[server_process][posix]") {
    // Threads to be joined make the end take longer. Several, as the moments differ.
    for (int i = 0; i < 200; ++i) {
        server_process server{{"--port", "0", "--samples", "10", "--threads", "4"}};
        server.send_signal(SIGTERM);
        for (const stopwatch watch; watch.elapsed() < 20us * (i % 50);) {
        }
        server.send_signal(SIGINT);
        const auto end = server.wait();
        REQUIRE(end.status == 0);
        REQUIRE(end.err.empty());
    }
}

// Windows has no signal that stops a program for a while, and no second signal.
TEST_CASE("server process: a second signal does not wait for a client that has not closed",
          "[server_process][posix]") {
    server_process server{{"--port", "0", "--samples", "10"}};
    crowd clients{server};
    auto silent = clients.connect();
    silent.wait(tcp::socket::wait_read); // for the answer
    server.send_signal(SIGSTOP);
    wait_for_state(server, 'T');
    server.send_signal(SIGTERM);
    server.send_signal(SIGINT);
    server.send_signal(SIGCONT);
    const auto end = server.wait();
    CHECK(end.status == 1);
    CHECK(end.err == "server: stopped by a second signal, before all clients had closed\n");
}
