#include "server/server.hpp"

#include "common/platform/platform.hpp"
#include "server/log.hpp"

#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace netio {

using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr int backlog = 1024; // connections that may wait in the system to be accepted

/// Turns ::ffff:127.0.0.1 into 127.0.0.1. A server that listens on "::" sees IPv4 clients under
/// such mapped addresses.
tcp::endpoint as_its_client_knows_it(const tcp::endpoint& peer) {
    if (!peer.address().is_v6() || !peer.address().to_v6().is_v4_mapped()) {
        return peer;
    }
    return {make_address_v4(asio::ip::v4_mapped, peer.address().to_v6()), peer.port()};
}

} // namespace

server::server(asio::io_context& loop, const server_options& options)
    : loop_{loop}
    , acceptor_{loop}
    , connection_ended_{loop.get_executor()}
    , shared_{options} {
    listen();
}

server::~server() {
    for (const auto& client : connections_) {
        client->abandon();
    }
}

asio::awaitable<void> server::run() {
    co_await accept_connections();
    while (!connections_.empty()) {
        co_await connection_ended_.wait();
    }
}

asio::awaitable<void> server::accept_connections() {
    while (!is_stopping()) {
        if (connections_.size() >= shared_.options.max_connections) {
            co_await connection_ended_.wait();
            continue;
        }
        tcp::endpoint peer; // from async_accept(): remote_endpoint() throws after an early reset
        std::error_code error;
        auto socket =
            co_await acceptor_.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            begin_serving(std::move(socket), as_its_client_knows_it(peer));
        } else if (error != asio::error::connection_aborted && !is_stopping()) {
            co_await back_off(error);
        }
    }
}

/// Most likely, descriptors or memory have run out. Trying again immediately would only keep
/// the thread busy, and a warning each time could fill a disk.
asio::awaitable<void> server::back_off(std::error_code error) {
    if (!std::exchange(has_warned_, true)) {
        warn("cannot accept connections for now: {}", error.message());
    }
    co_await connection_ended_.wait(100ms);
}

void server::begin_serving(tcp::socket socket, const tcp::endpoint& peer) {
    log("Processing new connection: {}.", fmt::streamed(peer));
    auto client = std::make_shared<connection>(std::move(socket), peer, accepted_++, shared_);
    connections_.insert(client);
    asio::co_spawn(loop_, client->serve(), [this, client](std::exception_ptr failure) {
        end_serving(client, std::move(failure));
    });
}

void server::end_serving(const connection_ptr& client, std::exception_ptr failure) {
    try {
        if (failure) {
            std::rethrow_exception(std::move(failure));
        }
    } catch (const std::exception& error) {
        // One failed connection must not stop the server: report it and go on.
        warn("connection {}: {}", fmt::streamed(client->peer()), error.what());
    }
    client->abandon();
    connections_.erase(client);
    connection_ended_.notify();
}

void server::stop() {
    acceptor_.close();
    connection_ended_.notify();
    for (const auto& client : connections_) {
        client->hurry();
    }
}

std::ptrdiff_t server::unanswered() const {
    return std::count_if(connections_.begin(), connections_.end(),
                         [](const auto& client) { return !client->is_answered(); });
}

void server::listen() {
    std::error_code refused;
    for (const auto& endpoint : resolve(loop_, shared_.options.address)) {
        try {
            listen_on(endpoint);
            return;
        } catch (const std::system_error& error) {
            refused = error.code();
        }
    }
    throw std::runtime_error(fmt::format(
        "cannot listen on {}: {}{}", to_string(shared_.options.address), refused.message(),
        refused == asio::error::address_in_use ? ". Is another server running? Try another --port."
                                               : ""));
}

void server::listen_on(const tcp::endpoint& endpoint) {
    acceptor_ = tcp::acceptor{loop_, endpoint.protocol()};
    acceptor_.set_option(tcp::acceptor::reuse_address(platform::may_reuse_address()));
    // Otherwise asio hides that a connection was aborted before it was accepted, and waits for
    // a new one even when others are already in the backlog.
    acceptor_.set_option(tcp::acceptor::enable_connection_aborted(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(backlog);
}

} // namespace netio
