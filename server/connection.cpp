#include "server/connection.hpp"

#include "common/event_loop.hpp"
#include "common/platform/platform.hpp"
#include "common/reply.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <system_error>
#include <utility>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::uint64_t few_draws = 2'000; // summing them takes less time than waking a thread

connection::connection(tcp::socket socket, std::string peer, std::uint64_t number,
                       workplace& shared)
    : socket_{std::move(socket)}
    , peer_{std::move(peer)}
    , number_{number}
    , shared_{shared}
    , news_{socket_.get_executor()} {}

asio::awaitable<void> connection::serve() {
    if (shared_.options.delay > 0ns || shared_.options.samples > few_draws) {
        begin_watching(); // otherwise the reply comes first
    }
    if (shared_.options.delay > 0ns) {
        co_await wait_unless_reset(shared_.options.delay);
    }
    const auto result = co_await compute_total();
    co_await answer(result.total);
    shared_.log.print("Done. Closing connection: {}.\n", peer_);
    shared_.trace.add(result, peer_, answered_at_);
    co_await close_lingering();
    shared_.trace.add_connection(result, peer_, {accepted_at_, steady_clock::now()});
}

/// Runs watch() beside serve(), until the socket is closed at the latest.
void connection::begin_watching() {
    is_reading_ = true;
    asio::co_spawn(socket_.get_executor(), watch(),
                   [self = shared_from_this()](std::exception_ptr failure) {
                       if (failure) {
                           self->failure_ = std::move(failure); // serve() throws it
                           self->abandon();
                           self->news_.notify();
                       }
                   });
}

/// Reads and throws away what the client sends, so that a read is always pending. Before the answer
/// it tells of a reset, after the answer of the client's close.
///
/// Only a reset means that the client is gone: a client that has shut down its sending side may
/// still wait for its reply. (This project's clients reset the connection however they end. Most
/// others only shut it down when they are killed, and the server computes to the end.)
asio::awaitable<void> connection::watch() {
    constexpr std::size_t most_discarded = 65536; // before the answer; the rest stays in the system
    std::error_code end;
    for (std::size_t seen = 0; !end && (is_answered_ || seen < most_discarded);) {
        const auto most = is_answered_ ? most_discarded : most_discarded - seen;
        const auto size = co_await socket_.async_read_some(
            asio::buffer(shared_.discarded, most), asio::redirect_error(asio::use_awaitable, end));
        seen += size;
        if (size > 0) {
            client_has_sent_ = true;
            silent_since_ = steady_clock::now();
        }
    }
    is_reading_ = false;
    has_ended_ = static_cast<bool>(end);
    if (!is_answered_ && (!end || end == asio::error::eof)) {
        // The client has ended its side, and every further read would say so; or it is flooding
        // the server, which leaves the rest unread.
        if (!platform::error_wait_tells_of_resets()) {
            co_return; // the server computes to the end
        }
        // This wait also tells of urgent data, which stays unread, so it would tell again and
        // again: hence a single wait.
        std::error_code cancelled; // by close_lingering() or abandon()
        co_await socket_.async_wait(tcp::socket::wait_error,
                                    asio::redirect_error(asio::use_awaitable, cancelled));
        if (cancelled) {
            co_return;
        }
        socket_.remote_endpoint(end); // fails if the connection has been reset
    }
    if (end && end != asio::error::eof) {
        is_gone_ = true;
    }
    if (is_gone_ || is_answered_) {
        news_.notify();
    }
}

/// @throws std::system_error if the client resets the connection meanwhile.
asio::awaitable<void> connection::wait_unless_reset(std::chrono::nanoseconds at_most) {
    if (!is_gone_) {
        co_await news_.wait(at_most);
    }
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    if (is_gone_) {
        throw std::system_error(make_error_code(asio::error::connection_reset));
    }
}

/// Sums few draws immediately. Leaves larger sums to a computing thread.
asio::awaitable<computation> connection::compute_total() {
    const auto samples = shared_.options.samples;
    const auto seed = shared_.options.seed;
    if (samples <= few_draws) {
        co_return compute(samples, seed, number_, is_gone_);
    }
    // `self` is moved on, so that the loop's thread destroys the connection, never this thread.
    auto work = [self = shared_from_this(), loop = socket_.get_executor(), samples,
                 seed]() mutable {
        const auto result = compute(samples, seed, self->number_, self->is_gone_);
        asio::post(loop, [self = std::move(self), result] {
            self->result_ = result;
            self->news_.notify();
        });
    };
    asio::post(shared_.threads.get_executor(), std::move(work));
    while (!result_) {
        co_await wait_unless_reset(steady_clock::duration::max());
    }
    co_return *result_;
}

/// The reply always fits into the system's send buffer, so this function does not wait for a
/// client that does not read. (For more than a few bytes, use asio::async_write.)
asio::awaitable<void> connection::answer(double total) {
    // Where the system allows it, number and end of stream travel in one packet: one wake-up there.
    const auto reply = format_reply(total);
    const auto sent = co_await socket_.async_send(asio::buffer(reply), platform::more_follows(),
                                                  asio::use_awaitable);
    if (sent != reply.size()) { // never yet: a new socket has room for these few bytes
        throw std::system_error(make_error_code(asio::error::no_buffer_space));
    }
    answered_at_ = steady_clock::now(); // the shutdown may let the client run first
    std::error_code reset;              // watch() will notice it
    socket_.shutdown(tcp::socket::shutdown_send, reset);
    is_answered_ = true;
}

/// Lingering close. Closing a socket resets the connection if bytes are unread, or arrive later,
/// and a reset can destroy the reply on its way. So watch() reads until the client has closed its
/// side, for a limited time.
asio::awaitable<void> connection::close_lingering() {
    const auto begin = steady_clock::now();
    silent_since_ = begin;
    // Most clients close immediately. So let the loop go round once before reading, and again
    // before setting a timer. That saves system calls; nothing depends on it.
    co_await yield_to_event_loop();
    if (!is_reading_ && !has_ended_) {
        std::error_code not_waiting;
        socket_.cancel(not_waiting); // watch() may have stopped reading, and wait for a reset
        begin_watching();
    }
    co_await yield_to_event_loop();
    while (!has_ended_) {
        const auto longest_silence = shared_.is_stopping && !client_has_sent_ ? 100ms : 1000ms;
        const auto end = std::min(begin + 3s, silent_since_ + longest_silence);
        if (steady_clock::now() >= end) {
            break;
        }
        co_await news_.wait(end - steady_clock::now());
    }
}

void connection::hurry() {
    if (is_answered_ && !client_has_sent_) {
        silent_since_ = steady_clock::now();
        news_.notify(); // close_lingering() then applies the shorter limit
    }
}

void connection::abandon() {
    is_gone_ = true;
    std::error_code ignored; // some systems report here that the client has reset the connection
    socket_.close(ignored);
}

} // namespace netio
