#include "server/connection.hpp"

#include "common/platform/platform.hpp"
#include "common/reply.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/compile.h>

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

// How long a client that has its reply may take to close:
constexpr auto usual_patience = 1s;      // since the reply, or since it last sent something
constexpr auto patience_at_stop = 100ms; // instead, at stop, if the client has sent nothing
constexpr auto longest_linger = 3s;      // in all, whatever it sends

connection::connection(tcp::socket socket, std::string peer, std::uint64_t number,
                       workplace& shared)
    : socket_{std::move(socket)}
    , peer_{std::move(peer)}
    , number_{number}
    , shared_{shared}
    , news_{socket_.get_executor()}
    , limit_{socket_.get_executor()} {}

asio::awaitable<void> connection::serve() {
    const auto& options = shared_.options;
    const bool is_little_work = options.samples <= few_draws;
    if (options.delay > 0ns || !is_little_work) {
        begin_watching(); // otherwise the reply is sent before a reset could be noticed
    }
    if (options.delay > 0ns) {
        co_await wait_unless_reset(options.delay);
    }
    computation result;
    if (is_little_work) {
        result = compute_total();
    } else {
        result = co_await compute_on_another_thread();
    }
    answer(result.total);
    shared_.log.print(FMT_COMPILE("Done. Closing connection: {}.\n"), peer_);
    shared_.trace.add(result, peer_, answered_at_);
    co_await close_lingering();
    shared_.trace.add_connection(result, peer_, accepted_at_);
}

/// Runs watch() beside serve(), until the reply is sent at the latest.
void connection::begin_watching() {
    asio::co_spawn(
        socket_.get_executor(), watch(), [self = shared_from_this()](std::exception_ptr failure) {
            if (failure) {
                self->failure_ = std::move(failure); // serve() throws it if it still waits
                self->abandon();
                self->news_.notify();
            }
        });
}

/// Reads and throws away what the client sends: a pending read tells of a reset.
///
/// Only a reset means that the client is gone: a client that has shut down its sending side may
/// still wait for its reply. (This project's clients reset the connection if they end before they
/// have the reply. Most others, even when killed, only shut it down, and the server computes to the
/// end.)
asio::awaitable<void> connection::watch() {
    const auto most_discarded = shared_.discarded.size(); // the rest stays in the system
    std::error_code end;
    for (std::size_t seen = 0; !end && !is_answered_ && seen < most_discarded;) {
        seen += co_await discard(most_discarded - seen, end);
        client_has_sent_ = client_has_sent_ || seen > 0;
    }
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
        socket_.remote_endpoint(end); // an error if the connection has been reset, else none
    }
    if (!is_answered_ && end && end != asio::error::eof) {
        is_over_ = true;
        news_.notify();
    }
}

/// Reads at most @p most bytes, and throws them away.
asio::awaitable<std::size_t> connection::discard(std::size_t most, std::error_code& end) {
    return socket_.async_read_some(asio::buffer(shared_.discarded, most),
                                   asio::redirect_error(asio::use_awaitable, end));
}

/// Waits until there is news, or @p at_most has passed.
/// @throws std::system_error if the client resets the connection meanwhile; or what watch() threw.
asio::awaitable<void> connection::wait_unless_reset(std::chrono::nanoseconds at_most) {
    if (!is_over_) {
        co_await news_.wait(at_most);
    }
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    if (is_over_) {
        throw std::system_error(asio::error::connection_reset);
    }
}

computation connection::compute_total() const {
    return compute(shared_.options.samples, shared_.options.seed, number_, is_over_);
}

asio::awaitable<computation> connection::compute_on_another_thread() {
    // The computing thread passes `self` on with the result, so that only the loop's thread can
    // destroy the connection.
    auto work = [self = shared_from_this(), executor = socket_.get_executor()]() mutable {
        const auto result = self->compute_total();
        asio::post(executor, [self = std::move(self), result] {
            self->result_ = result;
            self->news_.notify();
        });
    };
    asio::post(shared_.threads.get_executor(), std::move(work));
    while (!result_) {
        co_await wait_unless_reset(std::chrono::nanoseconds::max()); // no limit
    }
    co_return *result_;
}

/// Sends the reply. It is so short that a new socket always has room for it: there is nothing to
/// wait for, even if the client does not read. (For more than a few bytes, await
/// asio::async_write.)
void connection::answer(double total) {
    const auto reply = format_reply(total);
    socket_.non_blocking(true); // so that without room, send() fails, and does not block
    std::error_code error;
    // Where the system allows it, number and end of stream travel in one packet, which wakes the
    // client only once.
    const auto sent = socket_.send(asio::buffer(reply), platform::more_follows(), error);
    if (!error && sent != reply.size()) {
        error = asio::error::no_buffer_space;
    }
    if (error) {
        throw std::system_error(error);
    }
    answered_at_ = steady_clock::now(); // before the shutdown, which may let the client run first
    std::error_code reset;              // close_lingering() will notice it
    socket_.shutdown(tcp::socket::shutdown_send, reset);
    is_answered_ = true;
}

/// Lingering close. Closing a socket resets the connection if bytes are unread, or arrive later,
/// and a reset can destroy the reply on its way. So this function reads until the client has closed
/// its side, for a limited time.
asio::awaitable<void> connection::close_lingering() {
    std::error_code ignored;
    socket_.cancel(ignored); // watch() has nothing more to tell
    std::error_code end;
    for (auto heard_at = answered_at_; !end; heard_at = steady_clock::now()) {
        const bool is_in_haste = shared_.is_stopping && !client_has_sent_;
        const auto patience = is_in_haste ? patience_at_stop : usual_patience;
        close_at(std::min(answered_at_ + longest_linger, heard_at + patience));
        const auto size = co_await discard(shared_.discarded.size(), end);
        client_has_sent_ = client_has_sent_ || size > 0;
    }
    limit_.cancel();
}

/// Ends close_lingering() at that time, by closing the socket: cancel() would miss a read that has
/// just ended, and another would follow.
void connection::close_at(steady_clock::time_point time) {
    limit_.expires_at(time);
    limit_.async_wait([self = shared_from_this()](std::error_code cancelled) {
        if (!cancelled && self->limit_.expiry() <= steady_clock::now()) { // not moved meanwhile
            self->abandon();
        }
    });
}

void connection::hurry() {
    if (is_answered_ && !client_has_sent_) {
        close_at(std::min(limit_.expiry(), steady_clock::now() + patience_at_stop));
    }
}

void connection::abandon() {
    is_over_ = true;
    std::error_code ignored; // some systems report here that the client has reset the connection
    socket_.close(ignored);
    limit_.cancel();
}

} // namespace netio
