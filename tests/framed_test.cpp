// The programs 8_framed_server and 8_framed_client of examples/: lines in every shape, deadlines,
// stops.

#include "tests/catch.hpp"
#include "tests/process.hpp"
#include "tests/server_support.hpp"
#include "tests/support.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

using namespace netio::testing;
using asio::ip::tcp;
using Catch::Matchers::Equals;

namespace {

constexpr auto ten_minutes = "600000"; // milliseconds

/// The real framed server, on a port that the system chooses.
class framed_server : public process {
public:
    /// @param idle milliseconds
    explicit framed_server(const std::string& idle = ten_minutes)
        : process{command("examples/8_framed_server", {"0", idle})} {
        const auto line = read_line(); // "server: listens on port 40021"
        port_ = line.substr(line.rfind(' ') + 1);
    }

    [[nodiscard]] const std::string& port() const { return port_; }
    [[nodiscard]] tcp::endpoint address() const {
        return {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port_))};
    }

    /// Stops the server, and waits until it has begun to stop.
    void stop(int signal = SIGTERM) const {
        send_signal(signal);
        wait_until([this] {
            asio::io_context loop{1};
            std::error_code refused;
            tcp::socket{loop}.connect(address(), refused);
            return static_cast<bool>(refused);
        });
    }

private:
    std::string port_;
};

/// What follows the lines that were read, and how the stream ended.
struct ending {
    std::string text;
    std::error_code error;
};

asio::awaitable<ending> read_rest(tcp::socket& socket, std::string text) {
    ending end{std::move(text), {}};
    co_await asio::async_read(socket, asio::dynamic_buffer(end.text),
                              asio::redirect_error(asio::use_awaitable, end.error));
    co_return end;
}

/// A client that sends bytes, not lines.
class conversation {
public:
    explicit conversation(const framed_server& server) {
        socket_.connect(server.address());
        socket_.set_option(tcp::no_delay{true});
    }

    void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
    void send_nothing_more() { socket_.shutdown(tcp::socket::shutdown_send); }
    void reset() { netio::testing::reset(std::move(socket_)); }

    [[nodiscard]] std::string read_line() {
        auto buffer = asio::dynamic_buffer(data_);
        const auto size =
            result_of(loop_, asio::async_read_until(socket_, buffer, '\n', asio::use_awaitable));
        auto line = data_.substr(0, size - 1);
        data_.erase(0, size);
        return line;
    }

    [[nodiscard]] ending rest() { return result_of(loop_, read_rest(socket_, data_)); }

    /// True if the server has ended the connection in order, and has sent no more.
    [[nodiscard]] bool has_ended() {
        const auto end = rest();
        return end.text.empty() && end.error == asio::error::eof;
    }

    [[nodiscard]] std::string ask(const std::string& line) {
        send(line + '\n');
        return read_line();
    }

    /// Sends lines without a pause, and reads no reply, until the connection breaks.
    [[nodiscard]] std::error_code flood() { return result_of(loop_, write_for_ever(socket_)); }

    /// Sends lines, and reads the replies, until the connection breaks. Stops the server meanwhile.
    [[nodiscard]] std::error_code stream_through_stop(const process& server) {
        asio::co_spawn(loop_, read_and_stop(socket_, server), asio::detached);
        return flood();
    }

private:
    static asio::awaitable<std::error_code> write_for_ever(tcp::socket& socket) {
        // Long lines: with short ones, a second passes before the system's buffers are full.
        std::string lines;
        for (int i = 0; i < 100; ++i) {
            lines += std::string(900, 'x') + '\n';
        }
        lines += "half a line, for the next part to end";
        std::error_code error;
        while (!error) {
            co_await asio::async_write(socket, asio::buffer(lines),
                                       asio::redirect_error(asio::use_awaitable, error));
        }
        co_return error;
    }

    static asio::awaitable<void> read_and_stop(tcp::socket& socket, const process& server) {
        std::string replies(4096, ' ');
        for (bool first = true;; first = false) {
            co_await socket.async_read_some(asio::buffer(replies), asio::use_awaitable);
            if (first) {
                server.send_signal(SIGTERM);
            }
        }
    }

    asio::io_context loop_{1};
    tcp::socket socket_{loop_};
    std::string data_;
};

asio::awaitable<void> reply_once(tcp::acceptor acceptor, std::string reply) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::string request;
    auto buffer = asio::dynamic_buffer(request);
    co_await asio::async_read_until(socket, buffer, '\n', asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(reply), asio::use_awaitable);
}

} // namespace

TEST_CASE("framed: the client prints the reply to each of its lines", "[framed]") {
    const framed_server server;
    const auto end =
        run(command("examples/8_framed_client", {server.port(), "one", "", "2 words"}));
    CHECK(end.status == 0);
    CHECK(end.err.empty());
    CHECK(end.out == "client: eno\nclient: \nclient: sdrow 2\n");
}

TEST_CASE("framed: a line may come in pieces", "[framed]") {
    const framed_server server;
    conversation client{server};
    client.send("first\nsec"); // its reply shows that the piece behind it has arrived, too
    CHECK(client.read_line() == "tsrif");
    client.send("ond");
    for (const char byte : std::string{" line\n"}) {
        client.send({byte});
    }
    CHECK(client.read_line() == "enil dnoces");
    client.send_nothing_more();
    CHECK(client.has_ended());
}

TEST_CASE("framed: lines that come together get a reply each, in order", "[framed]") {
    const framed_server server;
    conversation client{server};
    client.send("one\ntwo\n\nthree\nfo");
    CHECK(client.read_line() == "eno");
    CHECK(client.read_line() == "owt");
    CHECK(client.read_line().empty());
    CHECK(client.read_line() == "eerht");
    client.send("ur\n");
    CHECK(client.read_line() == "ruof");
}

TEST_CASE("framed: lines sent before the end of the stream are answered", "[framed]") {
    const framed_server server;
    conversation client{server};
    client.send("one\ntwo\nhalf");
    client.send_nothing_more();
    const auto end = client.rest();
    CHECK(end.text == "eno\nowt\n");
    CHECK(end.error == asio::error::eof);
}

TEST_CASE("framed: a line has at most 1024 bytes, its newline included", "[framed]") {
    const framed_server server;
    conversation client{server};
    const std::string longest(1023, 'x');
    CHECK(client.ask(longest) == longest);
    client.send(longest + "x\n");
    const auto end = client.rest();
    CHECK(end.text.empty());
    CHECK((end.error == asio::error::eof || end.error == asio::error::connection_reset));
    CHECK(conversation{server}.ask("next") == "txen");
}

TEST_CASE("framed: half a line gets no reply, and does no harm", "[framed]") {
    const framed_server server;
    conversation closes{server};
    closes.send("half");
    closes.send_nothing_more();
    CHECK(closes.has_ended());
    conversation resets{server};
    resets.send("half");
    resets.reset();
    CHECK(conversation{server}.ask("next") == "txen");
}

TEST_CASE("framed: a client that sends no whole line in time is dropped", "[framed]") {
    const framed_server server{"20"};
    const auto* const sent = GENERATE("", "half");
    conversation client{server};
    client.send(sent);
    const auto end = client.rest();
    CHECK(end.text.empty());
    CHECK(end.error);
}

TEST_CASE("framed: a client that reads no reply in time is dropped", "[framed]") {
    framed_server server{"100"};
    conversation client{server};
    CHECK(client.flood());
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
}

TEST_CASE("framed: each line has a deadline of its own", "[framed]") {
    using std::chrono::milliseconds;
    const framed_server server{"100"};
    const stopwatch watch;
    stopwatch since_last = watch; // the deadline began after the last line was sent
    conversation client{server};
    while (watch.elapsed() < milliseconds{300}) {
        const stopwatch since_this;
        try {
            const auto reply = client.ask("line");
            CHECK(reply == "enil");
        } catch (const std::system_error&) {
            // Allowed only if this test was too slow for the deadline.
            CHECK(since_last.elapsed() >= milliseconds{100});
            break;
        }
        since_last = since_this;
    }
}

TEST_CASE("framed: a stop ends the connections that are between two lines", "[framed]") {
    framed_server server; // its deadline would be too late
    conversation silent{server};
    conversation client{server};
    CHECK(client.ask("line") == "enil");
    server.send_signal(GENERATE(SIGINT, SIGTERM));
    CHECK(client.has_ended());
    CHECK(silent.has_ended());
    client.send_nothing_more();
    silent.send_nothing_more();
    const auto end = server.wait();
    CHECK(end.status == 0);
    CHECK(end.out.empty());
    CHECK(end.err.empty());
}

TEST_CASE("framed: a stop in the middle of a line waits for the rest, and replies", "[framed]") {
    framed_server server;
    conversation client{server};
    client.send("first\nsec");
    CHECK(client.read_line() == "tsrif");
    server.stop();
    client.send("ond\n");
    CHECK(client.read_line() == "dnoces");
    CHECK(client.has_ended());
    client.send_nothing_more();
    CHECK(server.wait().status == 0);
}

TEST_CASE("framed: a stop waits no longer than the deadline of a line", "[framed]") {
    framed_server server{"200"};
    conversation client{server};
    client.send("first\nhalf");
    CHECK(client.read_line() == "tsrif");
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == 0);
    CHECK(client.rest().text.empty());
}

TEST_CASE("framed: a client that goes on sending cannot put off a stop", "[framed]") {
    framed_server server{"200"};
    conversation client{server};
    CHECK(client.stream_through_stop(server));
    CHECK(server.wait().status == 0);
}

TEST_CASE("framed: a second signal ends the server", "[framed]") {
    framed_server server;
    conversation client{server};
    client.send("first\nhalf");
    CHECK(client.read_line() == "tsrif");
    server.stop();
    server.send_signal(SIGTERM);
    CHECK(server.wait().status == (are_windows_programs() ? 0 : 128 + SIGTERM));
}

TEST_CASE("framed: the client says why it has no reply", "[framed]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    const auto port = std::to_string(acceptor.local_endpoint().port());
    const auto [reply, reason] = GENERATE(std::pair{std::string{"half"}, "End of file"},
                                          std::pair{std::string(1024, 'x'), "Element not found"});
    process client{command("examples/8_framed_client", {port, "line"})};
    asio::co_spawn(loop, reply_once(std::move(acceptor), reply), asio::detached);
    const auto end = wait_while_serving(loop, client);
    CHECK(end.status == 1);
    CHECK(end.out.empty());
    CHECK(is_error_line(end.err, "8_framed_client", reason));
}

TEST_CASE("framed: a server whose port is taken says so", "[framed]") {
    const framed_server server;
    const auto end = run(command("examples/8_framed_server", {server.port()}));
    CHECK(end.status == 1);
    CHECK(is_error_line(end.err, "8_framed_server", "bind: Address already in use"));
}
