#include "server/server.hpp"

#include "common/event_loop.hpp"
#include "common/random_sum.hpp"
#include "common/reply.hpp"
#include "common/standard_streams.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr int backlog = 1024; // connections that wait in the system to be accepted

/// A server outlives whoever reads its output: a closed pipe or a full disk is no
/// reason to fail the clients.
template <typename... Args>
void log(fmt::format_string<Args...> format, Args&&... args) {
    std::ignore = write_line(fmt::format(format, std::forward<Args>(args)...));
}

} // namespace

server::server(asio::io_context& loop, const server_options& options)
    : loop_{loop}
    , options_{options}
    , acceptor_{loop}
    , signals_{loop, SIGINT, SIGTERM}
    , accept_pause_{loop}
    , threads_{options.threads} {
    listen();
    log("Server is running and listening on: {}.", fmt::streamed(acceptor_.local_endpoint()));
    stop_on_signal();
    asio::co_spawn(loop_, accept_connections(), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure); // without this coroutine there is no server
        }
    });
}

server::~server() {
    for (const auto& client : connections_) {
        client->reset.request_stop();
    }
}

asio::awaitable<void> server::serve(connection_ptr client) {
    // Only a reset means that the client is gone: one that has merely shut down
    // its sending side still wants its answer. (Urgent data ends this wait too.)
    client->socket.async_wait(tcp::socket::wait_error, [client](std::error_code error) {
        if (!error && take_pending_error(client->socket)) {
            client->reset.request_stop();
        }
    });
    if (options_.delay > 0ns) {
        co_await wait_out_delay(client);
    }

    // The computation runs on a computing thread, this coroutine goes on here.
    auto computation =
        asio::co_spawn(threads_.get_executor(), compute(client), asio::use_awaitable);
    const double total = co_await std::move(computation);
    if (client->reset.stop_requested()) {
        throw std::system_error(make_error_code(asio::error::connection_reset));
    }
    client->socket.cancel(); // the wait above

    const auto reply = format_reply(total);
    co_await asio::async_write(client->socket, asio::buffer(reply), asio::use_awaitable);
    log("Done. Closing connection: {}.\n", fmt::streamed(client->peer));
    co_await close_lingering(client);
}

asio::awaitable<void> server::wait_out_delay(connection_ptr client) {
    asio::steady_timer timer{loop_, options_.delay};
    const std::stop_callback wake{client->reset.get_token(), [&timer] {
                                      timer.cancel();
                                  }};
    std::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

/// Runs on a computing thread, and leaves off within a few milliseconds when the
/// client has reset the connection.
asio::awaitable<double> server::compute(connection_ptr client) {
    constexpr std::uint64_t slice = 1'000'000; // draws: about 1 ms
    random_stream stream{options_.seed, client->number};
    double total = 0.0;
    for (std::uint64_t left = options_.samples; left > 0 && !client->reset.stop_requested();) {
        const auto draws = std::min(left, slice);
        total += gaussian_sum(draws, stream);
        left -= draws;
    }
    co_return total;
}

/// Lingering close. To close a socket while bytes are unread, or still to come,
/// resets the connection, and the reset can overtake the answer and destroy it.
/// So: say that this was all, then read until the client has closed its side, but
/// not for ever.
asio::awaitable<void> server::close_lingering(connection_ptr client) {
    constexpr auto longest = 3s;
    const auto longest_silence = stopping() ? 100ms : 1000ms;
    const auto end = steady_clock::now() + longest;

    std::error_code error;
    client->socket.shutdown(tcp::socket::shutdown_send, error);
    client->socket.non_blocking(true);
    client->answered = true;
    while ((!error || error == asio::error::would_block) && steady_clock::now() < end) {
        const auto deadline = std::min(end, steady_clock::now() + longest_silence);
        auto readable = wait_until(client->socket, tcp::socket::wait_read, deadline);
        if (!co_await std::move(readable)) {
            break; // silent, or the server is being stopped
        }
        client->socket.read_some(asio::buffer(discarded_), error);
    }
}

asio::awaitable<void> server::accept_connections() {
    while (!stopping()) {
        if (connections_.size() >= options_.max_connections) {
            co_await pause_accepting(steady_clock::duration::max());
            continue;
        }
        tcp::endpoint peer; // filled in here: remote_endpoint() throws after an early reset
        std::error_code error;
        auto socket =
            co_await acceptor_.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            begin_serving(std::move(socket), peer);
        } else if (!stopping()) {
            // Out of descriptors or memory, most likely: to try again at once would
            // only keep the thread busy, and to say it each time fill a disk.
            if (!std::exchange(complained_, true)) {
                complain("server",
                         fmt::format("cannot accept connections for now: {}", error.message()));
            }
            co_await pause_accepting(100ms);
        }
    }
}

asio::awaitable<void> server::pause_accepting(steady_clock::duration at_most) {
    accept_pause_.expires_after(at_most);
    std::error_code cancelled;
    co_await accept_pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

void server::begin_serving(tcp::socket socket, const tcp::endpoint& peer) {
    log("Processing new connection: {}.", fmt::streamed(peer));
    auto client = std::make_shared<connection>(connection{std::move(socket), peer, accepted_++});
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
        complain("server",
                 fmt::format("connection {}: {}", fmt::streamed(client->peer), error.what()));
    }
    client->socket.close();
    connections_.erase(client);
    accept_pause_.cancel();
    if (stopping() && connections_.empty()) {
        signals_.cancel();
    }
}

void server::stop() {
    acceptor_.close();
    accept_pause_.cancel();
    for (const auto& client : connections_) {
        if (client->answered) {
            client->socket.cancel(); // no more lingering
        }
    }
    if (connections_.empty()) {
        signals_.cancel();
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
    acceptor_.bind(endpoint);
    acceptor_.listen(backlog);
}

server_options::server_options()
    : threads{std::max(1U, std::thread::hardware_concurrency())} {
    samples = gaussian_samples;
}

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
