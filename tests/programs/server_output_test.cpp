#include "common/address.hpp"
#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/server_support.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>

// The real server as a process: trouble with its output must not affect its clients.

using namespace netio::testing;

TEST_CASE("server process: log lines appear immediately, in order", "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10", "--delay", "10ms"}};
    crowd clients{server};
    for (int i = 0; i < 3; ++i) {
        // The server is idle before and after, so nothing else makes it write.
        auto socket = clients.connect();
        const auto peer = netio::to_string(socket.local_endpoint());
        CHECK(server.read_line() == "Processing new connection: " + peer + ".");
        CHECK(server.read_line() == "Done. Closing connection: " + peer + ".");
        CHECK(server.read_line().empty());
        CHECK(is_reply(clients.reply_to(std::move(socket))));
    }
}

TEST_CASE("server process: survives when the reader of its output exits", "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10"}};
    server.close_output(); // as head -1 does
    crowd clients{server};
    CHECK(count_replies(clients.ask(10)) == 10);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}

TEST_CASE("server process: survives a reader of its output that has stopped reading",
          "[server_process]") {
    server_process server{{"--port", "0", "--samples", "10"}};
    crowd clients{server};
    for (int i = 0; i < 40; ++i) { // more lines than a pipe holds
        CHECK(count_replies(clients.ask(50)) == 50);
    }
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}

// Under Wine, a program with a console ends only when the terminal has taken all text.
TEST_CASE("server process: survives a terminal whose reader has stopped reading",
          "[server_process][not_wine]") {
    const int reader = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC); // which never reads
    if (reader < 0) {
        WARN("not tested, as there are no terminals here");
        return;
    }
    REQUIRE(::grantpt(reader) == 0);
    REQUIRE(::unlockpt(reader) == 0);
    const std::string terminal = ::ptsname(reader);
    const own_address address;
    process server{command("server", address.options({"--samples", "10"})), [&terminal] {
                       ::dup2(::open(terminal.c_str(), O_WRONLY | O_NOCTTY), STDOUT_FILENO);
                   }};
    address.wait_until_listening();
    crowd clients{address.endpoint};
    for (int i = 0; i < 40; ++i) { // more lines than a terminal holds
        CHECK(count_replies(clients.ask(50)) == 50);
    }
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
    ::close(reader);
}

TEST_CASE("server process: survives a full disk", "[server_process]") {
    const own_address address;
    process server{command("server", address.options({"--samples", "10"})), [] {
                       ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
                   }};
    address.wait_until_listening();
    crowd clients{address.endpoint};
    CHECK(count_replies(clients.ask(10)) == 10);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}

// Windows does not give the number of a closed stream to the next socket.
TEST_CASE("server process: no log text reaches a client when the server starts without descriptors",
          "[server_process][posix]") {
    const own_address address;
    process server{command("server", address.options({"--samples", "1000", "--seed", "1"})), [] {
                       for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
                           ::close(descriptor);
                       }
                   }};
    address.wait_until_listening();
    for (const auto* const descriptor : {"fd/0", "fd/1", "fd/2"}) {
        CHECK(std::filesystem::read_symlink(proc(server, descriptor)) == "/dev/null");
    }
    crowd clients{address.endpoint};
    CHECK(clients.ask() == expected_reply(1000, 1, 1)); // the first connection was a look
    CHECK(count_replies(clients.ask(10)) == 10);
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}
