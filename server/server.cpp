#include "server/server.hpp"

#include "common/event_loop.hpp"
#include "common/random_sum.hpp"
#include "common/reply.hpp"
#include "common/standard_streams.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr int backlog = 1024; // connections that wait in the system to be accepted

constexpr auto forever = steady_clock::duration::max();

/// A server outlives whoever reads its output. A closed pipe, a full disk, or one
/// who has stopped reading is no reason to fail the clients: the line is lost then.
bool would_take_a_line(int descriptor) {
    pollfd output{descriptor, POLLOUT, 0};
    return ::poll(&output, 1, 0) > 0;
}

template <typename... Args>
void log(fmt::format_string<Args...> format, Args&&... args) {
    if (would_take_a_line(STDOUT_FILENO)) {
        std::ignore = write_line(fmt::format(format, std::forward<Args>(args)...));
    }
}

template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    if (would_take_a_line(STDERR_FILENO)) {
        complain("server", fmt::format(format, std::forward<Args>(args)...));
    }
}

/// Suspends the calling coroutine until somebody cancels the timer, or time is up.
asio::awaitable<void> wait_for(asio::steady_timer& timer, steady_clock::duration at_most) {
    timer.expires_after(at_most);
    std::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

} // namespace

server::server(asio::io_context& loop, const server_options& options)
    : loop_{loop}
    , options_{options}
    , acceptor_{loop}
    , signals_{loop, SIGINT, SIGTERM}
    , connection_ended_{loop}
    , threads_{options.threads} {
    if (!options.trace.empty()) {
        trace_.emplace(options.trace, "server");
    }
    listen();
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

asio::awaitable<void> server::serve(connection_ptr client) {
    watch_for_reset(client);
    if (options_.delay > 0ns) {
        co_await wait_for_wake_up(client, options_.delay);
    }
    co_await compute(client);
    client->socket.cancel(); // no longer watched

    co_await answer(client);
    log("Done. Closing connection: {}.\n", fmt::streamed(client->peer));
    trace_computation(*client);
    co_await close_lingering(client);
}

/// Only a reset means that the client is gone: one that has merely shut down its
/// sending side still wants its answer. (Urgent data ends the watch too.)
void server::watch_for_reset(const connection_ptr& client) {
    client->socket.async_wait(tcp::socket::wait_error, [client](std::error_code error) {
        if (!error && take_pending_error(client->socket)) {
            client->gone = true;
            client->wake_up.cancel();
        }
    });
}

/// A timer that is cancelled when there is news does for coroutines what a
/// condition variable does for threads.
asio::awaitable<void> server::wait_for_wake_up(connection_ptr client,
                                               steady_clock::duration at_most) {
    co_await wait_for(client->wake_up, at_most);
    if (client->gone) {
        throw std::system_error(make_error_code(asio::error::connection_reset));
    }
}

/// Has the sum computed by a computing thread, while this one sees to the others.
asio::awaitable<void> server::compute(connection_ptr client) {
    constexpr std::uint64_t few = 2'000; // draws: done before another thread is awake
    if (options_.samples <= few) {
        client->result = sum_for(*client);
        co_return;
    }
    asio::post(threads_.get_executor(), [this, client]() mutable {
        const auto result = sum_for(*client);
        asio::post(loop_, [client = std::move(client), result] {
            client->result = result;
            client->wake_up.cancel();
        });
    });
    co_await wait_for_wake_up(client, forever);
}

/// Runs on a computing thread, and leaves off within a few milliseconds when the
/// client is gone.
server::computation server::sum_for(const connection& client) const {
    constexpr std::uint64_t slice = 1'000'000; // draws: about 1 ms
    const auto begin = steady_clock::now();
    random_stream stream{options_.seed, client.number};
    double total = 0.0;
    for (std::uint64_t left = options_.samples; left > 0 && !client.gone;) {
        const auto draws = std::min(left, slice);
        total += gaussian_sum(draws, stream);
        left -= draws;
    }
    return {total, {begin, steady_clock::now()}, static_cast<std::uint64_t>(::gettid())};
}

void server::trace_computation(const connection& client) {
    if (!trace_) {
        return;
    }
    const auto& [total, span, thread] = client.result;
    if (traced_threads_.insert(thread).second) {
        trace_->name_thread(thread, "computing thread");
    }
    trace_->complete("gaussian_sum", thread, span);
    trace_->arrow_to(fmt::to_string(fmt::streamed(client.peer)), thread, span.begin);
    try {
        trace_->flush();
    } catch (const std::exception& error) {
        warn("{}; tracing no more", error.what()); // a full disk is not the clients' fault
        trace_.reset();
    }
}

/// So few bytes always find room in the system's buffer: this does not wait for a
/// client that does not read.
asio::awaitable<void> server::answer(connection_ptr client) {
    // The number and the end of the stream travel together: one packet, and one
    // wake-up of the client.
    const auto reply = format_reply(client->result.total);
    co_await client->socket.async_send(asio::buffer(reply), MSG_MORE, asio::use_awaitable);
    std::error_code reset; // the next read tells
    client->socket.shutdown(tcp::socket::shutdown_send, reset);
}

/// Lingering close. To close a socket while bytes are unread, or still to come,
/// resets the connection, and the reset can overtake the answer and destroy it.
/// So: having said that this was all, read until the client has closed its side,
/// but not for ever.
asio::awaitable<void> server::close_lingering(connection_ptr client) {
    const auto end = steady_clock::now() + 3s;
    std::error_code error;
    client->socket.non_blocking(true);
    client->answered = true;
    while ((!error || error == asio::error::would_block) && steady_clock::now() < end) {
        const auto longest_silence = stopping() ? 100ms : 1000ms;
        const auto deadline = std::min(end, steady_clock::now() + longest_silence);
        auto wait = wait_until(client->socket, tcp::socket::wait_read, deadline);
        const bool readable = co_await std::move(wait);
        if (!readable && steady_clock::now() >= deadline) {
            break;
        }
        client->socket.read_some(asio::buffer(discarded_), error);
    }
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
            begin_serving(std::move(socket), peer);
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
