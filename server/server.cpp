#include "server/server.hpp"

#include "common/event_loop.hpp"
#include "common/platform/platform.hpp"
#include "server/log.hpp"

#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace netio {

using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

/// Whether the client was gone before its connection could be accepted. Linux has one error for
/// that, Windows has two others.
bool has_left_early(std::error_code error) {
    return error == asio::error::connection_aborted || error == asio::error::connection_reset ||
           error == asio::error::not_connected;
}

} // namespace

server::server(asio::io_context& loop, const server_options& options)
    : loop_{loop}
    , connection_ended_{loop.get_executor()}
    , all_ended_{loop.get_executor()}
    , shared_{loop, options} {
    listen();
}

server::~server() {
    for (const auto& client : connections_) {
        client->abandon();
    }
}

asio::awaitable<void> server::run() {
    for (auto& acceptor : acceptors_) {
        ++accepting_;
        spawn(loop_, accept_connections(acceptor));
    }
    while (accepting_ > 0 || has_connections()) {
        co_await all_ended_.wait();
    }
}

asio::awaitable<void> server::accept_connections(tcp::acceptor& acceptor) {
    while (!shared_.is_stopping) {
        if (is_full()) {
            co_await connection_ended_.wait();
            continue;
        }
        tcp::endpoint peer; // from async_accept(): remote_endpoint() throws after an early reset
        std::error_code error;
        auto socket =
            co_await acceptor.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
        while (!error && is_full() && !shared_.is_stopping) {
            co_await connection_ended_.wait(); // a client on another address has come before
        }
        if (!error) {
            begin_serving(std::move(socket), to_string(peer));
        } else if (!has_left_early(error) && !shared_.is_stopping) {
            co_await back_off(error);
        }
    }
    --accepting_;
    all_ended_.notify();
}

/// Most likely, descriptors or memory have run out. Trying again immediately would only keep
/// the thread busy, and a warning each time could fill a disk.
asio::awaitable<void> server::back_off(std::error_code error) {
    if (!std::exchange(has_warned_, true)) {
        warn("cannot accept connections for now: {}", platform::message_of(error));
    }
    asio::steady_timer pause{loop_, 100ms};
    co_await pause.async_wait(asio::use_awaitable);
}

void server::begin_serving(tcp::socket socket, std::string peer) {
    shared_.log.print(FMT_COMPILE("Processing new connection: {}."), peer);
    auto client =
        std::make_shared<connection>(std::move(socket), std::move(peer), accepted_++, shared_);
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
        warn("connection {}: {}", client->peer(), platform::message_of(error));
    }
    client->abandon();
    connections_.erase(client);
    connection_ended_.notify();
    if (shared_.is_stopping) {
        all_ended_.notify();
    }
}

void server::stop() {
    shared_.is_stopping = true;
    for (auto& acceptor : acceptors_) {
        std::error_code ignored;
        acceptor.close(ignored);
    }
    for (const auto& client : connections_) {
        client->hurry();
    }
    connection_ended_.notify();
}

std::ptrdiff_t server::unanswered() const {
    return std::count_if(connections_.begin(), connections_.end(),
                         [](const auto& client) { return !client->is_answered(); });
}

void server::listen() {
    const auto& address = shared_.options.address;
    const auto endpoints = resolve(address);
    auto refused = listen_on(endpoints);
    // The port that the system chose for the first address may be in use at another one.
    for (int more = 10; more > 0 && address.port == 0 && platform::means_address_in_use(refused);
         --more) {
        refused = listen_on(endpoints);
    }
    if (refused) {
        throw std::runtime_error(fmt::format(
            "cannot listen on {}: {}{}", to_string(address), platform::message_of(refused),
            platform::means_address_in_use(refused)
                ? ". Is another server running? Try another --port."
                : ""));
    }
}

/// Listens on each endpoint that this machine has.
std::error_code server::listen_on(const std::vector<tcp::endpoint>& endpoints) {
    acceptors_.clear();
    endpoints_.clear();
    std::error_code refused;
    for (const auto& endpoint : endpoints) {
        try {
            listen_on(endpoint);
        } catch (const std::system_error& error) {
            refused = error.code();
            if (!is_unusable_here(refused)) {
                return refused;
            }
        }
    }
    return endpoints_.empty() ? refused : std::error_code{};
}

void server::listen_on(tcp::endpoint endpoint) {
    if (endpoint.port() == 0 && !endpoints_.empty()) {
        endpoint.port(endpoints_.front().port()); // that the system chose for the first address
    }
    tcp::acceptor acceptor{loop_, endpoint.protocol()};
    acceptor.set_option(tcp::acceptor::reuse_address(platform::may_reuse_address()));
    platform::claim_address(static_cast<std::intptr_t>(acceptor.native_handle()));
    // Otherwise asio hides that a connection was aborted before it was accepted, and waits for
    // a new one even when others are already in the backlog.
    acceptor.set_option(tcp::acceptor::enable_connection_aborted(true));
    acceptor.bind(endpoint);
    acceptor.listen(platform::backlog_argument(1024)); // so many may wait to be accepted
    endpoints_.push_back(acceptor.local_endpoint());
    acceptors_.push_back(std::move(acceptor));
}

} // namespace netio
