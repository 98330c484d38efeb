#include "server/connection.hpp"

#include "common/deadline.hpp"
#include "common/platform/platform.hpp"
#include "common/reply.hpp"
#include "server/log.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/ostream.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

/// Returns the socket's pending error, and clears it.
std::error_code take_pending_error(tcp::socket& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    return {error, asio::error::get_system_category()};
}

} // namespace

connection::connection(tcp::socket socket, const tcp::endpoint& peer, std::uint64_t number,
                       workplace& shared)
    : socket_{std::move(socket)}
    , peer_{peer}
    , number_{number}
    , shared_{shared}
    , watch_{socket_.get_executor()}
    , news_{socket_.get_executor()} {}

asio::awaitable<void> connection::serve() {
    watch_for_reset();
    if (shared_.options.delay > 0ns) {
        co_await wait_for_news(shared_.options.delay);
    }
    co_await compute_total();
    stop_watching();

    co_await answer();
    log("Done. Closing connection: {}.\n", fmt::streamed(peer_));
    shared_.trace.add(result_, peer_);
    co_await close_lingering();
}

/// Only a reset means that the client is gone: a client that has shut down its sending side
/// may still wait for its reply. (When a client exits or is killed, its system normally sends
/// the same FIN. TCP cannot tell the two cases apart, so the server computes to the end.)
void connection::watch_for_reset() {
    auto look = [self = shared_from_this()](std::error_code no_longer_watched) {
        if (no_longer_watched || !self->socket_.is_open()) {
            return;
        }
        if (take_pending_error(self->socket_)) {
            self->is_gone_ = true;
            self->news_.notify();
        } else {
            self->discard_urgent_data();
            self->watch_for_reset();
        }
    };
#ifdef ASIO_HAS_EPOLL
    socket_.async_wait(tcp::socket::wait_error, std::move(look));
#else
    // asio's reactors for select and kqueue do not report a reset to wait_error, so check
    // periodically.
    watch_.expires_after(50ms);
    watch_.async_wait(std::move(look));
#endif
}

void connection::stop_watching() {
    socket_.cancel();
    watch_.cancel();
}

/// wait_error reports urgent data (bytes that a client has sent with MSG_OOB), too, again and
/// again until that data has been read.
void connection::discard_urgent_data() {
    char byte = 0;
    std::error_code none;
    socket_.non_blocking(true);
    socket_.receive(asio::buffer(&byte, 1), MSG_OOB, none);
}

asio::awaitable<void> connection::wait_for_news(std::chrono::nanoseconds at_most) {
    co_await news_.wait(at_most);
    if (is_gone_) {
        throw std::system_error(make_error_code(asio::error::connection_reset));
    }
}

/// Sums few draws immediately. Leaves larger sums to a computing thread, so that this thread
/// can serve the other clients.
asio::awaitable<void> connection::compute_total() {
    constexpr std::uint64_t few = 2'000; // draws: summing them takes less time than waking a thread
    const auto samples = shared_.options.samples;
    const auto seed = shared_.options.seed;
    if (samples <= few) {
        result_ = compute(samples, seed, number_, is_gone_);
        co_return;
    }
    auto work = [self = shared_from_this(), samples, seed]() mutable {
        const auto result = compute(samples, seed, self->number_, self->is_gone_);
        const auto loop = self->socket_.get_executor();
        asio::post(loop, [self = std::move(self), result] {
            self->result_ = result;
            self->news_.notify();
        });
    };
    asio::post(shared_.threads.get_executor(), std::move(work));
    co_await wait_for_news(steady_clock::duration::max());
}

/// The reply always fits into the system's send buffer, so this function does not wait for a
/// client that does not read.
asio::awaitable<void> connection::answer() {
    // Where the system has MSG_MORE, the number and the end of the stream travel in one
    // packet, and the client wakes up once.
    const auto reply = format_reply(result_.total);
    co_await socket_.async_send(asio::buffer(reply), platform::more_follows(), asio::use_awaitable);
    std::error_code reset; // the next read will report it
    socket_.shutdown(tcp::socket::shutdown_send, reset);
    is_answered_ = true;
}

/// Lingering close. Closing a socket resets the connection if bytes are unread, or arrive
/// later. The reset can reach the client before the client has read the reply, which is then
/// lost. So the server reads until the client has closed its side, for a limited time.
asio::awaitable<void> connection::close_lingering() {
    const auto end = steady_clock::now() + 3s;
    std::error_code error;
    socket_.non_blocking(true);
    bool sends = false;
    while ((!error || error == asio::error::would_block) && steady_clock::now() < end) {
        // When the server is stopping, a client that has sent nothing gets less time.
        const auto longest_silence = is_hurried_ && !sends ? 100ms : 1000ms;
        const deadline silence{socket_, std::min(end, steady_clock::now() + longest_silence)};
        std::error_code cancelled; // by the deadline, or by hurry()
        co_await socket_.async_wait(tcp::socket::wait_read,
                                    asio::redirect_error(asio::use_awaitable, cancelled));
        if (cancelled && silence.has_passed()) {
            break;
        }
        sends = socket_.read_some(asio::buffer(shared_.discarded), error) > 0 || sends;
    }
}

void connection::hurry() {
    is_hurried_ = true;
    if (is_answered_) {
        socket_.cancel(); // close_lingering() then applies the shorter limit
    }
}

void connection::abandon() {
    is_gone_ = true;
    socket_.close();
}

} // namespace netio
