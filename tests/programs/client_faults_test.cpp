// Both clients against servers that are absent, silent, slow, broken or hostile: how the
// clients end, what they print, and how long they take.

#include "tests/catch.hpp"
#include "tests/programs/client_faults.hpp"
#include "tests/server_support.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using asio::ip::tcp;
using namespace netio::testing;
using namespace std::chrono_literals;
using Catch::Generators::from_range;
using std::chrono::steady_clock;

namespace {

// What the test's servers do with the first client that connects. The client may leave early,
// so the errors of these servers are ignored.

asio::awaitable<void> send_and_close(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

asio::awaitable<void> send_and_reset(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    socket.set_option(tcp::socket::linger(true, 0)); // close() resets the connection
    socket.close();
}

asio::awaitable<void> send_and_hold(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    co_await socket.async_wait(tcp::socket::wait_read, asio::use_awaitable); // until it leaves
}

asio::awaitable<void> send_for_ever(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    while (true) {
        co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    }
}

/// A byte every 100 ms, then the end of the stream.
asio::awaitable<void> drip_and_close(tcp::acceptor acceptor, std::string text) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::steady_timer timer{socket.get_executor(), steady_clock::now()};
    for (const char& byte : text) {
        co_await asio::async_write(socket, asio::buffer(&byte, 1), asio::use_awaitable);
        timer.expires_at(timer.expiry() + 100ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<std::vector<tcp::socket>> accept_all(tcp::acceptor& acceptor, std::size_t clients) {
    std::vector<tcp::socket> sockets;
    while (sockets.size() < clients) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        sockets.push_back(std::move(socket));
    }
    co_return sockets;
}

/// Answers 100 ms after all clients have connected.
asio::awaitable<void> answer_all_soon(tcp::acceptor acceptor, std::size_t clients) {
    auto sockets = co_await accept_all(acceptor, clients);
    asio::steady_timer timer{acceptor.get_executor(), 100ms};
    co_await timer.async_wait(asio::use_awaitable);
    for (auto& socket : sockets) {
        co_await asio::async_write(socket, asio::buffer("-2542.28", 8), asio::use_awaitable);
    }
}

/// Answers the first of several requests with words, which ends the client.
asio::awaitable<void> answer_one_badly(tcp::acceptor acceptor, std::vector<tcp::socket>& sockets,
                                       std::size_t requests) {
    sockets = co_await accept_all(acceptor, requests);
    co_await asio::async_write(sockets.front(), asio::buffer("words", 5), asio::use_awaitable);
    sockets.front().close();
}

using behaviour = std::function<asio::awaitable<void>(tcp::acceptor, std::string)>;

/// A client's run against the test's own server.
struct encounter {
    client who;
    tcp::endpoint server;
    outcome end;
    steady_clock::duration elapsed;
};

encounter meet(asio::io_context& loop, const client& who, const tcp::endpoint& server,
               const std::vector<std::string>& options = {}) {
    const auto started = steady_clock::now();
    process program{command(who, server, options)};
    auto end = wait_while_serving(loop, program);
    return {who, server, std::move(end), steady_clock::now() - started};
}

encounter meet(const client& who, const behaviour& behave, const std::string& text,
               const std::vector<std::string>& options = {}) {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto server = acceptor.local_endpoint();
    asio::co_spawn(loop, behave(std::move(acceptor), text), asio::detached);
    return meet(loop, who, server, options);
}

void check_failed(const encounter& run, const std::string& reason) {
    check_honest_failure(run.end, run.who, run.server, reason);
    CHECK(run.elapsed < 20s); // immediately, if the machine is not busy; the timeout is 60 s
    if (!sanitized) {
        CHECK(run.end.peak_memory < 64 * 1024); // KiB
    }
}

void check_timed_out_after_500ms(const encounter& run) {
    check_failed(run, "no complete reply from " +
                          netio::to_string({"127.0.0.1", run.server.port()}) +
                          " within the timeout of 500.00ms");
    CHECK(run.elapsed >= 500ms);
}

const std::vector<std::string> half_a_second{"--timeout", "500ms"};

void check_answered(const encounter& run) {
    CAPTURE(run.who.program, run.who.options.back(), run.end.out);
    CHECK(run.end.status == 0);
    CHECK(run.end.err.empty());
    CHECK((contains(run.end.out, "Server returned -2542.28. ") ||
           contains(run.end.out, "Done server_request. total: -2542.28. ")));
    CHECK(contains(run.end.out, "Total time elapsed: "));
}

} // namespace

TEST_CASE("clients: nothing listens", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    asio::io_context loop{1};
    tcp::acceptor not_listening{loop, tcp::v4()}; // keeps the port from others, and does not listen
    not_listening.bind({asio::ip::address_v4::loopback(), 0});

    const auto run = meet(loop, who, not_listening.local_endpoint());
    check_failed(run, "Connection refused. Is the server running?");
}

TEST_CASE("clients: a server that closes without a byte", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_and_close, ""),
                 "empty: the server closed the connection without a reply");
}

TEST_CASE("clients: a reply of words", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_and_close, "no such service"),
                 "not one finite number: \"no such service\"");
}

TEST_CASE("clients: a reply that is not finite", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    const auto text = GENERATE(as<std::string>{}, "nan", "inf", "-inf", "1e999");
    check_failed(meet(who, send_and_close, text), "not one finite number: \"" + text + "\"");
}

TEST_CASE("clients: a blank reply", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_and_close, " \r\n"), "not one finite number: \" ??\"");
}

TEST_CASE("clients: a reply of two numbers", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    const auto text = GENERATE(as<std::string>{}, "1.5 2.5", "1.5,2.5");
    check_failed(meet(who, send_and_close, text), "not one finite number: \"" + text + "\"");
}

TEST_CASE("clients: a binary reply", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_and_close, {"\0\x1b[2J\n\xff", 7}),
                 "not one finite number: \"??[2J??\"");
}

TEST_CASE("clients: a reply of 10 MiB of digits", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_and_close, std::string(10 * 1024 * 1024, '7')),
                 "longer than 256 bytes");
}

TEST_CASE("clients: an endless reply of digits", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_for_ever, std::string(65536, '7')), "longer than 256 bytes");
}

// Under Wine, a client that reads gets the end of the stream instead of the reset.
TEST_CASE("clients: a reset before the answer", "[clients][not_wine]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_and_reset, ""), "Connection reset by peer");
}

// As above.
TEST_CASE("clients: a reset within the answer", "[clients][not_wine]") {
    const auto who = GENERATE(from_range(clients()));
    check_failed(meet(who, send_and_reset, "-2542.28"), "Connection reset by peer");
}

TEST_CASE("clients: a server that accepts and never answers", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_timed_out_after_500ms(meet(who, send_and_hold, "", half_a_second));
}

TEST_CASE("clients: a server that sends the number and never closes", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_timed_out_after_500ms(meet(who, send_and_hold, "-2542.28", half_a_second));
}

TEST_CASE("clients: a server that drips digits past the deadline", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    check_timed_out_after_500ms(meet(who, drip_and_close, std::string(100, '7'), half_a_second));
}

TEST_CASE("clients: a connect that is never answered", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    asio::io_context loop{1};
    full_backlog server{loop};
    check_timed_out_after_500ms(meet(loop, who, server.acceptor.local_endpoint(), half_a_second));
    CHECK(server.accepted_no_other());
}

TEST_CASE("clients: nothing listens, as async_client finds out after its first slice",
          "[clients][slow]") {
    asio::io_context loop{1};
    tcp::acceptor not_listening{loop, tcp::v4()};
    not_listening.bind({asio::ip::address_v4::loopback(), 0});

    // The chunks are small, for slow processors and instrumented programs.
    const client who{"async_client",
                     {"--chunks", "40000", "--wait", GENERATE("poll", "ready", "completion")}};
    const auto run = meet(loop, who, not_listening.local_endpoint());
    check_honest_failure(run.end, who, run.server, "Connection refused. Is the server running?");
    // Processor time, because wall time would count other programs on a busy machine, too.
    CHECK(run.end.processor_time < 2s);
}

TEST_CASE("clients: a number is accepted byte by byte over a second", "[clients][slow]") {
    const auto who = GENERATE(from_range(clients()));
    const auto run = meet(who, drip_and_close, "-2542.2801");
    check_answered(run);
    CHECK(run.elapsed >= 1s);
}

TEST_CASE("clients: a number is accepted with a newline or CR LF", "[clients]") {
    const auto who = GENERATE(from_range(clients()));
    const auto* const ending = GENERATE("\n", "\r\n");
    check_answered(meet(who, send_and_close, std::string{"-2542.28"} + ending));
}

TEST_CASE("clients: a client waits for a connection that is made late", "[clients][slow]") {
    const auto who = GENERATE(from_range(clients()));
    asio::io_context loop{1};
    full_backlog server{loop};
    const auto address = server.acceptor.local_endpoint();
    // The test makes room once the client says that it waits. The client's system tries again
    // after a second.
    process program{command(who, address)};
    read_up_to(program, who.waiting);
    server.acceptor.accept();
    asio::co_spawn(loop, send_and_close(std::move(server.acceptor), "-2542.28"), asio::detached);
    check_answered({who, address, wait_while_serving(loop, program), {}});
}

TEST_CASE("clients: an answer that came in time counts, although the client was busy",
          "[clients][slow]") {
    const client who{"async_client",
                     {"--samples", "1e15", "--wait", GENERATE("poll", "ready", "completion")}};
    // The last are more than the loop takes in at a time. Windows' takes in one, and Wine needs a
    // millisecond to make a request.
    const std::size_t requests = GENERATE(1U, 3U, are_windows_programs() ? 30U : 300U);
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto server = acceptor.local_endpoint();
    asio::co_spawn(loop, answer_all_soon(std::move(acceptor), requests), asio::detached);

    // A sum without end, in slices of a second. The requests are made between two slices and
    // have half a second, which is over before the next slice ends.
    process program{command(who, server,
                            {"--requests", std::to_string(requests), "--timeout", "500ms",
                             "--chunks", "1e9", "--time-allotment", "1s"})};
    run_to_end(loop); // all have been answered
    const std::size_t shown = requests <= 10 ? requests : 6;
    for (std::size_t done = 0; done < shown; ++done) {
        CHECK_NOTHROW(read_up_to(program, "Done server_request")); // none has been given up
    }
}

TEST_CASE("clients: half an answer is given up, although the client was busy", "[clients][slow]") {
    const auto* const wait = GENERATE("poll", "ready", "completion");
    const client who{"async_client", {"--samples", "1e15", "--wait", wait}};
    const std::vector<std::string> busy{"--timeout",        "500ms", "--chunks", "1e9",
                                        "--time-allotment", "1s"};
    // The sum never ends: if the request hung, the test would fail after 60 s.
    const auto run = meet(who, send_and_hold, "-254", busy);
    check_timed_out_after_500ms(run);
}

TEST_CASE("clients: a client that gives up resets its connection", "[clients]") {
    // A real server then stops computing; otherwise it could not end so soon.
    const auto who = GENERATE(from_range(clients()));
    server_process server{{"--port", "0", "--samples", "1e15", "--threads", "1"}};
    auto arguments = who.options;
    arguments.insert(arguments.end(), {"--port", server.port(), "--timeout", "200ms"});
    CHECK(contains(run(command(who.program, arguments)).err, "within the timeout"));
    server.send_signal(SIGTERM);
    const auto end = server.wait();
    CHECK(end.status == 0);
    CHECK(contains(end.err, "Connection reset by peer"));
}

TEST_CASE("clients: if one request fails, the connections of the others are reset", "[clients]") {
    const std::string wait = GENERATE("poll", "ready", "completion");
    CAPTURE(wait);
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto server = acceptor.local_endpoint();
    std::vector<tcp::socket> sockets;
    asio::co_spawn(loop, answer_one_badly(std::move(acceptor), sockets, 3), asio::detached);
    const client who{"async_client", {"--requests", "3", "--samples", "10", "--wait", wait}};
    check_failed(meet(loop, who, server), "not one finite number: \"words\"");
    REQUIRE(sockets.size() == 3);
    for (std::size_t i = 1; i < sockets.size(); ++i) {
        wait_until([&] { // a socket that has been reset has no peer
            std::error_code reset;
            sockets[i].remote_endpoint(reset);
            return bool{reset};
        });
    }
}
