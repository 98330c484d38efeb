// Listening, accepting, stopping.

#include "server/server.hpp"

#include "common/workload.hpp"
#include "server/log.hpp"

#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr int backlog = 1024; // connections that wait in the system to be accepted

/// An IPv4 client of a server that listens on "::" is reported as ::ffff:127.0.0.1.
tcp::endpoint as_its_client_knows_it(const tcp::endpoint& peer) {
    if (!peer.address().is_v6() || !peer.address().to_v6().is_v4_mapped()) {
        return peer;
    }
    return {make_address_v4(asio::ip::v4_mapped, peer.address().to_v6()), peer.port()};
}

} // namespace

server::server(asio::io_context& loop, const server_options& options)
    : loop_{loop}
    , options_{options}
    , acceptor_{loop}
    , signals_{loop}
    , connection_ended_{loop}
    , threads_{options.threads} {
    if (!options.trace.empty()) {
        trace_.emplace(options.trace, "server");
    }
    listen();
    // Not before: looking up a name may take long, and is ended in the usual way.
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    log("Server is running and listening on: {}.", fmt::streamed(acceptor_.local_endpoint()));
    stop_on_signal();
    asio::co_spawn(loop_, run(), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure); // without this coroutine there is no server
        }
    });
}

server::~server() {
    for (const auto& client : connections_) {
        client->gone = true;
    }
}

asio::awaitable<void> server::run() {
    co_await accept_connections();
    while (!connections_.empty()) {
        co_await wait_for(connection_ended_, forever);
    }
    signals_.cancel(); // the last thing that the loop waits for
}

asio::awaitable<void> server::accept_connections() {
    while (!stopping()) {
        if (connections_.size() >= options_.max_connections) {
            co_await wait_for(connection_ended_, forever);
            continue;
        }
        tcp::endpoint peer; // filled in here: remote_endpoint() throws after an early reset
        std::error_code error;
        auto socket =
            co_await acceptor_.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            begin_serving(std::move(socket), as_its_client_knows_it(peer));
        } else if (error != asio::error::connection_aborted && !stopping()) {
            co_await back_off(error);
        }
    }
}

/// Out of descriptors or memory, most likely: to try again at once would only keep
/// the thread busy, and to say so each time would fill a disk.
asio::awaitable<void> server::back_off(std::error_code error) {
    if (!std::exchange(complained_, true)) {
        warn("cannot accept connections for now: {}", error.message());
    }
    co_await wait_for(connection_ended_, 100ms);
}

void server::begin_serving(tcp::socket socket, const tcp::endpoint& peer) {
    log("Processing new connection: {}.", fmt::streamed(peer));
    auto client = std::make_shared<connection>(std::move(socket), peer, accepted_++,
                                               asio::steady_timer{loop_});
    connections_.insert(client);
    asio::co_spawn(loop_, serve(client), [this, client](std::exception_ptr failure) {
        end_serving(client, std::move(failure));
    });
}

void server::end_serving(const connection_ptr& client, std::exception_ptr failure) {
    try {
        if (failure) {
            std::rethrow_exception(std::move(failure));
        }
    } catch (const std::exception& error) {
        // One client's trouble is not the server's: say so and go on.
        warn("connection {}: {}", fmt::streamed(client->peer), error.what());
    }
    client->gone = true; // should its sum still run
    client->socket.close();
    connections_.erase(client);
    connection_ended_.cancel();
}

void server::stop() {
    acceptor_.close();
    connection_ended_.cancel();
    for (const auto& client : connections_) {
        if (client->answered) {
            client->socket.cancel(); // to linger no longer than needed
        }
    }
}

void server::stop_on_signal() {
    signals_.async_wait([this](std::error_code cancelled, int) {
        if (cancelled) {
            return;
        }
        signals_.async_wait([](std::error_code done, int) {
            if (!done) {
                throw std::runtime_error("stopped by a second signal, with clients unanswered");
            }
        });
        stop();
    });
}

void server::listen() {
    std::error_code refused;
    for (const auto& endpoint : resolve(loop_, options_.address)) {
        try {
            listen_on(endpoint);
            return;
        } catch (const std::system_error& error) {
            refused = error.code();
        }
    }
    throw std::runtime_error(
        fmt::format("cannot listen on {}: {}", to_string(options_.address), refused.message()));
}

void server::listen_on(const tcp::endpoint& endpoint) {
    acceptor_ = tcp::acceptor{loop_, endpoint.protocol()};
    // So that a restarted server need not wait until its old connections are forgotten.
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    // Otherwise asio keeps such an error to itself, and waits for the next connection
    // even when others are waiting already.
    acceptor_.set_option(tcp::acceptor::enable_connection_aborted(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(backlog);
}

server_options::server_options()
    : shared_options{gaussian_samples}
    , threads{std::max(1U, std::thread::hardware_concurrency())} {}

server_options parse_server_options(int argc, const char* const* argv) {
    server_options options;
    command_line line{"server", "Sums Gaussian draws for whoever connects, answers with the "
                                "number, closes."};
    line.add(options, {0, 65535});
    line.add_count("--threads", options.threads, {1, 65536}, "Computing threads");
    line.add_duration("--delay", options.delay, "Wait this long before computing");
    line.add_count("--max-connections", options.max_connections, {1, 1'000'000},
                   "Connections served at once; more wait in the backlog");
    line.parse(argc, argv);
    return options;
}

} // namespace netio
