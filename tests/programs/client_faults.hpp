#pragma once

#include "common/address.hpp"
#include "tests/catch.hpp"
#include "tests/process.hpp"
#include "tests/support.hpp"

#include <asio/error.hpp>
#include <asio/ip/address_v4.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// Code that the tests of faulty servers share.
namespace netio::testing {

/// One of the clients, and the options that select one of its ways to wait.
struct client {
    std::string program;
    std::vector<std::string> options;
    std::string waiting = {}; ///< what it prints when it begins to wait
};

/// Every way in which a client waits for its answer: `GENERATE(from_range(clients()))`. The
/// clients' own sums are small, so that the clients wait for the answer.
inline std::vector<client> clients() {
    return {
        {"serial_client", {"--samples", "1000"}, "Requesting computation"},
        {"async_client", {"--samples", "1000", "--wait", "poll"}, "Pausing server_request"},
        {"async_client", {"--samples", "1000", "--wait", "ready"}, "Pausing server_request"},
        {"async_client", {"--samples", "1000", "--wait", "completion"}, "Pausing server_request"}};
}

/// The arguments that make @p who ask @p server.
inline std::vector<std::string> command(const client& who, const asio::ip::tcp::endpoint& server,
                                        const std::vector<std::string>& more = {}) {
    auto options = who.options;
    options.insert(options.end(), {"--port", std::to_string(server.port())});
    options.insert(options.end(), more.begin(), more.end());
    return command(who.program, std::move(options));
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

/// Reads the program's output up to a line that contains @p part.
inline void read_up_to(process& program, std::string_view part) {
    while (!contains(program.read_line(), part)) {
    }
}

/// Checks a run that must fail: status 1, no result, and one line that begins with the
/// program's name, contains the server's address, and ends with @p reason.
inline void check_honest_failure(const outcome& end, const client& who,
                                 const asio::ip::tcp::endpoint& server, const std::string& reason) {
    CAPTURE(who.program, who.options.back(), end.out, end.err);
    CHECK(end.status == 1);
    CHECK(lines_of(end.err).size() == 1);
    CHECK_THAT(end.err, Catch::Matchers::StartsWith(who.program + ": "));
    CHECK(contains(end.err, to_string(server_address{"127.0.0.1", server.port()})));
    CHECK_THAT(end.err, Catch::Matchers::EndsWith(reason + "\n"));
    for (const auto* const result : {"Server returned", "Done server_request", "Total time"}) {
        CHECK_FALSE(contains(end.out, result));
    }
}

/// A server that never answers an attempt to connect: its backlog has the smallest size and is
/// full, so the system drops further attempts.
struct full_backlog {
    explicit full_backlog(asio::io_context& loop)
        : acceptor{loop, asio::ip::tcp::v4()}
        , filler{loop} {
        acceptor.bind({asio::ip::address_v4::loopback(), 0});
        acceptor.listen(0); // Linux: room for one
        filler.connect(acceptor.local_endpoint());
        acceptor.wait(asio::ip::tcp::acceptor::wait_read); // it has arrived
    }

    /// Whether no connection but the filler's has been made.
    [[nodiscard]] bool accepted_no_other() {
        acceptor.accept();
        acceptor.non_blocking(true);
        std::error_code error;
        asio::ip::tcp::socket other{acceptor.get_executor()};
        acceptor.accept(other, error);
        return error == asio::error::would_block;
    }

    asio::ip::tcp::acceptor acceptor;
    asio::ip::tcp::socket filler;
};

} // namespace netio::testing
