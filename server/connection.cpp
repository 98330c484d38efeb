// What the server does for one client, from its connect to its close.

#include "common/event_loop.hpp"
#include "common/random/random_sum.hpp"
#include "common/reply.hpp"
#include "server/log.hpp"
#include "server/server.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

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
/// sending side still wants its answer.
void server::watch_for_reset(const connection_ptr& client) {
    client->socket.async_wait(tcp::socket::wait_error, [client](std::error_code error) {
        if (error) {
            return; // no longer watched
        }
        if (take_pending_error(client->socket)) {
            client->gone = true;
            client->wake_up.cancel();
        } else {
            watch_for_reset(client); // it has sent urgent data, which is reported here, too
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

/// A few draws are summed at once. More are by a computing thread, while this one
/// sees to the others.
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

/// Runs on a computing thread, as a rule, and leaves off within a few milliseconds when the
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
        const bool is_loop = thread == static_cast<std::uint64_t>(::getpid());
        trace_->name_thread(thread, is_loop ? "event loop" : "computing thread");
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
    bool sends = false;
    while ((!error || error == asio::error::would_block) && steady_clock::now() < end) {
        // A server that is to stop does not wait for those who never sent anything.
        const auto longest_silence = stopping() && !sends ? 100ms : 1000ms;
        const auto deadline = std::min(end, steady_clock::now() + longest_silence);
        auto wait = wait_until(client->socket, tcp::socket::wait_read, deadline);
        const bool readable = co_await std::move(wait);
        if (!readable && steady_clock::now() >= deadline) {
            break;
        }
        sends = client->socket.read_some(asio::buffer(discarded_), error) > 0 || sends;
    }
}

asio::awaitable<void> server::wait_for(asio::steady_timer& timer, steady_clock::duration at_most) {
    timer.expires_after(at_most);
    std::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

} // namespace netio
