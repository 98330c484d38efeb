// Both clients as processes: signals, standard streams, and the processor time that waiting
// costs.

#include "tests/catch.hpp"
#include "tests/linux.hpp"
#include "tests/programs/client_faults.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

using asio::ip::tcp;
using namespace netio::testing;
using namespace std::chrono_literals;
using Catch::Generators::from_range;

namespace {

/// Answers one client; keeps what it sends, and how it closes.
asio::awaitable<void> answer_and_listen(tcp::acceptor& acceptor, std::string text,
                                        std::string& sent, std::error_code& closed) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    socket.shutdown(tcp::socket::shutdown_send);
    co_await asio::async_read(socket, asio::dynamic_buffer(sent),
                              asio::redirect_error(asio::use_awaitable, closed));
}

struct answered_run {
    outcome end;
    std::string sent;       ///< by the client to the server
    std::error_code closed; ///< how the client closed its connection
};

answered_run run_answered(const client& who, std::function<void()> prepare,
                          const std::vector<std::string>& more = {},
                          const std::string& text = "-2542.28") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    std::string sent;
    std::error_code closed;
    asio::co_spawn(loop, answer_and_listen(acceptor, text, sent, closed), asio::detached);
    process program{command(who, acceptor.local_endpoint(), more), std::move(prepare)};
    auto end = wait_while_serving(loop, program);
    acceptor.close(); // it may not have come at all
    run_to_end(loop); // read what it left
    return {std::move(end), std::move(sent), closed};
}

/// A program that is started in the background may ignore SIGINT.
void heed_interrupts() {
    std::signal(SIGINT, SIG_DFL);
}

void check_dies_of_interrupt(process& program) {
    program.send_signal(SIGINT);
    // Wine ends a program with 0, Windows with 0xC000013A.
    CHECK(program.wait().status == (are_windows_programs() ? 0 : 128 + SIGINT));
}

void write_to_full_disk() {
    ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
}

void write_to_pipe_without_reader() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
    }
}

std::chrono::microseconds cost_of_waiting(const client& who, const tcp::endpoint& server,
                                          const std::string& timeout) {
    const auto end = run(command(who, server, {"--timeout", timeout}));
    CAPTURE(who.program, who.options.back(), end.out);
    CHECK(contains(end.err, "within the timeout"));
    CHECK(lines_of(end.out).size() <= 8);
    return end.processor_time;
}

} // namespace

TEST_CASE("clients: waiting costs no processor time and prints nothing", "[clients][slow]") {
    const auto who = GENERATE(from_range(clients()));
    const bool connected = GENERATE(true, false);
    asio::io_context loop{1};
    const auto silent = listen_anywhere(loop); // the system accepts, no program answers
    const full_backlog unreachable{loop};
    const auto server = (connected ? silent : unreachable.acceptor).local_endpoint();
    CAPTURE(who.program, who.options.back(), connected);

    // Compared with a client that gives up immediately, for the cost of starting and failing.
    CHECK(cost_of_waiting(who, server, "1s") - cost_of_waiting(who, server, "0s") < 100ms);
}

TEST_CASE("clients: SIGINT ends one that waits for its answer", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    asio::io_context loop{1};
    const auto silent = listen_anywhere(loop);
    process program{command(who, silent.local_endpoint()), heed_interrupts};
    read_up_to(program, who.waiting);
    check_dies_of_interrupt(program);
}

TEST_CASE("clients: SIGINT ends one that computes", "[clients]") {
    const auto who = GENERATE(client{"serial_client", {"--samples", "1e15"}},
                              client{"async_client", {"--samples", "1e15", "--chunks", "1"}});
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    std::string sent;
    std::error_code closed;
    asio::co_spawn(loop, answer_and_listen(acceptor, "-2542.28", sent, closed), asio::detached);
    process program{command(who, acceptor.local_endpoint()), heed_interrupts};
    if (who.program == "serial_client") {
        run_to_end(loop); // it has its answer, and has left
        read_up_to(program, "Server returned");
    } else {
        read_up_to(program, "Beginning uniform_sum"); // which is before it asks
    }
    check_dies_of_interrupt(program);
}

TEST_CASE("clients: a slow reader of stdout, on a non-blocking pipe, loses nothing", "[clients]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto end = run(command("async_client", {"--port", server.port(), "--samples", "1e6",
                                                  "--chunks", "1e4", "--time-allotment", "0"}),
                         [] {
                             ::fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 4096);
                             ::fcntl(STDOUT_FILENO, F_SETFL, O_WRONLY | O_NONBLOCK);
                         });
    CHECK(end.err.empty());
    CHECK(end.status == 0);
    const auto lines = lines_of(end.out);
    CHECK(std::count(lines.begin(), lines.end(), "Resuming uniform_sum.") == 10000);
}

TEST_CASE("clients: no success when stdout is a full disk", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    const auto more =
        GENERATE(from_range(std::vector<std::vector<std::string>>{{}, {"--help"}, {"--version"}}));
    const auto end = run_answered(who, write_to_full_disk, more).end;
    CHECK(end.status == 1);
    CHECK(end.err == who.program + ": cannot write to standard output: No space left on device\n");
}

TEST_CASE("clients: no success when stdout is closed", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    const auto more =
        GENERATE(from_range(std::vector<std::vector<std::string>>{{}, {"--help"}, {"--version"}}));
    const auto close_stdout = [] {
        ::close(STDOUT_FILENO);
    };
    const auto end = run_answered(who, close_stdout, more).end;
    CHECK(end.status == 1);
    CHECK(end.err == who.program + ": cannot write to standard output: Bad file descriptor\n");
}

// Windows has no SIGPIPE.
TEST_CASE("clients: no success when the reader of stdout has gone", "[clients][posix]") {
    const auto who = GENERATE(from_range(clients()));
    const bool ignored = GENERATE(false, true); // SIGPIPE, by the program that started the client
    const auto end = run_answered(who, [ignored] {
                         std::signal(SIGPIPE, ignored ? SIG_IGN : SIG_DFL);
                         write_to_pipe_without_reader();
                     }).end;
    CHECK(end.status == (ignored ? 1 : 128 + SIGPIPE));
    CHECK(end.err ==
          (ignored ? who.program + ": cannot write to standard output: Broken pipe\n" : ""));
}

// Windows does not give the number of a closed stream to the next socket.
TEST_CASE("clients: text for a closed stream does not reach the server", "[clients][posix]") {
    const auto who = GENERATE(from_range(clients()));
    const auto text = GENERATE(as<std::string>{}, "-2542.28", "words");
    const auto closed = GENERATE(
        from_range(std::vector<std::vector<int>>{{0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}}));
    const auto close_them = [&closed] {
        for (const int descriptor : closed) {
            ::close(descriptor);
        }
    };
    const auto run = run_answered(who, close_them, {}, text);
    CAPTURE(who.program, text, closed, run.end.out, run.end.err);
    const bool can_print = std::find(closed.begin(), closed.end(), STDOUT_FILENO) == closed.end();
    CHECK(run.end.status == (can_print && text != "words" ? 0 : 1));
    CHECK(run.sent.empty());
}

// As above.
TEST_CASE("clients: sockets do not get the numbers of closed streams", "[clients][posix]") {
    const auto who = GENERATE(from_range(clients()));
    asio::io_context loop{1};
    const auto silent = listen_anywhere(loop);
    process program{command(who, silent.local_endpoint()), [] {
                        ::close(STDIN_FILENO);
                        ::close(STDERR_FILENO);
                    }};
    read_up_to(program, who.waiting);
    for (const auto* const number : {"0", "2"}) {
        const auto link = "/proc/" + std::to_string(program.id()) + "/fd/" + number;
        CHECK(std::filesystem::read_symlink(link) == "/dev/null");
    }
}

/// Whether the system checks that the peer of this connection still knows it: in the sixth column
/// of /proc/net/tcp, 02 stands for that timer.
bool is_peer_checked(const asio::ip::tcp::endpoint& server) {
    std::ifstream table{"/proc/net/tcp"};
    const auto remote = fmt::format("0100007F:{:04X} 01", server.port());
    for (std::string line; std::getline(table, line);) {
        const auto found = line.find(remote);
        if (found != line.npos && line.find(" 02:", found) != line.npos) {
            return true;
        }
    }
    return false;
}

TEST_CASE("clients: a connection that the server has lost is noticed while waiting", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    asio::io_context loop{1};
    const auto acceptor = listen_anywhere(loop); // the system accepts, the test does not
    const process client{command(who, acceptor.local_endpoint())};
    CHECK_NOTHROW(wait_until([&] { return is_peer_checked(acceptor.local_endpoint()); }));
}

// Windows has no limit of descriptors that can be lowered.
TEST_CASE("clients: async_client uses as many descriptors as it is allowed to",
          "[clients][posix]") {
    const server_process server{{"--port", "0", "--samples", "10", "--delay", "300ms"}};
    const bool may_raise = GENERATE(true, false);
    const auto end =
        run(command("async_client", {"--port", server.port(), "--samples", "10", "--requests",
                                     "200", "--wait", GENERATE("poll", "ready", "completion")}),
            [may_raise] {
                rlimit few{};
                ::getrlimit(RLIMIT_NOFILE, &few);
                few.rlim_cur = 64;
                few.rlim_max = may_raise ? few.rlim_max : 64;
                ::setrlimit(RLIMIT_NOFILE, &few);
            });
    CAPTURE(end.out, end.err);
    CHECK(end.status == (may_raise ? 0 : 1));
    CHECK(lines_of(end.err).size() == (may_raise ? 0 : 1));
    CHECK(contains(end.err, may_raise ? "" : "need 216 descriptors, and the limit is 64. Lower"));
    CHECK(contains(end.out, "Beginning") == may_raise); // before any work
}

TEST_CASE("clients: the server stops computing for a client that is killed", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    const auto signal = GENERATE(SIGKILL, SIGINT);
    const std::size_t under_way = who.program == "async_client" ? 5 : 1;
    CAPTURE(who.program, who.options.back(), signal);
    server_process server{{"--port", "0", "--samples", endless, "--threads", "1"}};
    process program{command(who, crowd{server}.endpoint(), {"--requests", "5"}), heed_interrupts};
    read_processing_lines(server, under_way);
    wait_for_state(program, 'S'); // it has noticed all connections, and waits
    wait_until_computing(server.id());
    program.send_signal(signal);
    const bool ends_with_0 = signal == SIGINT && are_windows_programs(); // see above
    CHECK(program.wait().status == (ends_with_0 ? 0 : 128 + signal));

    CHECK_NOTHROW(wait_until_idle(server.id()));
    const auto end = stop_and_expect_success(server);
    const auto lines = lines_of(end.err);
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
              return contains(line, "Connection reset by peer");
          }) == static_cast<std::ptrdiff_t>(under_way));
}

TEST_CASE("clients: a client that has its reply closes without a reset", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    const auto run = run_answered(who, {});
    CHECK(run.end.status == 0);
    CHECK(run.closed == asio::error::eof);
}

TEST_CASE("clients: async_client makes ten thousand requests, a thousand at a time",
          "[clients][slow]") {
    // Both programs with their defaults: what is under way fits into the server's backlog.
    server_process server{{"--port", "0", "--samples", "10", "--delay", "10ms"}};
    const auto requests = std::to_string(fewer_where_slow(10'000));
    const auto end = run(command(
        "async_client", {"--port", server.port(), "--samples", "10", "--requests", requests}));
    CAPTURE(end.err);
    CHECK(end.status == 0);
    CHECK(contains(end.out, "Done server_request " + requests + "."));
}

TEST_CASE("clients: async_client's memory depends on --at-once, not on --requests",
          "[clients][slow]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto peak = [&server](std::size_t requests) {
        const auto end =
            run(command("async_client", {"--port", server.port(), "--samples", "10", "--at-once",
                                         "100", "--requests", std::to_string(requests)}));
        CHECK(end.status == 0);
        return end.peak_memory;
    };
    const auto few = peak(fewer_where_slow(2'000));
    const auto many = peak(fewer_where_slow(20'000));
    CAPTURE(few, many);
    CHECK(
        (sanitized || many < few + 4096)); // KiB; a request under way takes 2; sanitizers keep all
}
