#include "common/client/request.hpp"

#include "common/platform/platform.hpp"
#include "common/program/duration.hpp"
#include "common/trace.hpp"

#include <asio/error.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;

asio::awaitable<double> ask(server_to_ask server, request_record& record) {
    const auto executor = co_await asio::this_coro::executor;
    request pending{executor, server, record}; // its timeout runs from here
    co_await connect(pending);
    const auto end = co_await read_to_end(pending);
    co_return pending.reply(end);
}

// asio::async_connect() would try all endpoints, too, but it closes and opens the socket for each,
// and the option that open() sets would be lost. One deadline covers all attempts: an endpoint that
// does not answer leaves the next one no time.
asio::awaitable<void> connect(request& pending) {
    std::error_code outcome;
    for (const auto& endpoint : pending.server_.endpoints) {
        auto error = pending.open(endpoint.protocol());
        if (!error) {
            co_await pending.socket().async_connect(
                endpoint, asio::redirect_error(asio::use_awaitable, error));
            error = pending.outcome_of_connecting(error);
        }
        // An endpoint that this machine cannot use tells nothing about the server.
        if (!outcome || !is_unusable_here(error)) {
            outcome = error;
        }
        if (!error || pending.is_late()) {
            break;
        }
    }
    pending.finish_connecting(outcome);
}

asio::awaitable<std::error_code> read_to_end(request& pending) {
    std::error_code end;
    pending.record_.mark("wait");
    co_await asio::async_read(pending.socket(), pending.buffer(),
                              asio::redirect_error(asio::use_awaitable, end));
    pending.record_.wake_up();
    co_return end;
}

namespace {

/// What the user can do about an error.
std::string hint(std::error_code error) {
    if (error == asio::error::connection_refused) {
        return ". Is the server running?";
    }
    if (error == asio::error::no_descriptors) {
        return fmt::format(". The limit is {} for this process: see ulimit -n",
                           platform::descriptor_limit());
    }
    return "";
}

/// Reads the clock before the deadline's timer is made: making a loop's first timer takes some
/// milliseconds on Windows, and they belong to the timeout.
steady_clock::time_point begin_life(request_record& record) {
    record.life.begin = steady_clock::now();
    return record.life.begin;
}

} // namespace

request::request(const asio::any_io_executor& executor, const server_to_ask& server,
                 request_record& record)
    : server_{server}
    , record_{record}
    , socket_{executor}
    , deadline_{socket_, begin_life(record) + server.timeout} {}

request::~request() {
    record_.life.end = steady_clock::now();
    record_.failed = !complete_;
}

std::intptr_t request::handle() {
    return static_cast<std::intptr_t>(socket_.native_handle());
}

std::error_code request::open(const tcp& protocol) {
    std::error_code error;
    socket_.close(error); // after an attempt that has failed
    socket_.open(protocol, error);
    // A reset discards what is in transit in both directions. Here that does no harm: the client
    // sends nothing, and no longer wants the reply. The option is set now, because a connection may
    // be made long before this client notices.
    if (!error) {
        platform::reset_on_close(handle(), true);
    }
    return error;
}

std::error_code request::outcome_of_connecting(std::error_code error) {
    if (error == asio::error::operation_aborted && is_late()) {
        // The connection may have been made in time, while this client was too busy to notice.
        socket_.remote_endpoint(error); // fails unless connected
        if (error) {
            error = asio::error::timed_out;
        }
    }
    if (error) {
        return error;
    }
    // If no server listens on a port, the system may choose that very port for the client, and
    // connect the socket to itself.
    std::error_code unknown;
    const auto own = socket_.local_endpoint(unknown);
    const auto peer = socket_.remote_endpoint(unknown);
    return !unknown && own == peer ? asio::error::connection_refused : error;
}

void request::finish_connecting(std::error_code error) {
    if (error == asio::error::timed_out && is_late()) {
        throw_timed_out();
    }
    if (error) {
        throw std::runtime_error(fmt::format("cannot connect to {}: {}{}",
                                             to_string(server_.address),
                                             platform::message_of(error), hint(error)));
    }
    record_.mark("connected");
    // A server whose backlog overflows can forget a connection that this client regards as made.
    // This client sends nothing, and without checks would learn of that only at its deadline.
    platform::check_peer_while_silent(handle());
}

std::error_code request::read_available() {
    std::error_code end;
    if (!socket_.non_blocking()) {
        socket_.non_blocking(true, end); // only once: it is a system call
    }
    if (!end) {
        asio::read(socket_, buffer(), end);
    }
    // Look at the clock only now: a reply that came in time counts, even if this client was
    // too busy to read it earlier.
    if (end == asio::error::would_block && is_late()) {
        return asio::error::timed_out;
    }
    return end;
}

double request::reply(std::error_code end) {
    if (end == asio::error::operation_aborted) {
        end = read_available(); // cancelled by the deadline; what has come by now still counts
    }
    const auto server = to_string(server_.address);
    if (end == asio::error::timed_out && is_late()) {
        throw_timed_out();
    }
    if (text_.size() > max_reply_size) {
        throw std::runtime_error(
            fmt::format("bad reply from {}: longer than {} bytes", server, max_reply_size));
    }
    if (end != asio::error::eof) {
        throw std::runtime_error(
            fmt::format("cannot read the reply from {}: {}", server, platform::message_of(end)));
    }
    try {
        const double number = parse_reply(text_);
        std::error_code unknown;
        const auto client = to_string(socket_.local_endpoint(unknown));
        record_.connection_id = connection_id(client, number);
        complete_ = true;
        platform::reset_on_close(handle(), false);
        return number;
    } catch (const std::invalid_argument& error) {
        throw std::runtime_error(fmt::format("bad reply from {}: {}", server, error.what()));
    }
}

void request::throw_timed_out() const {
    throw std::runtime_error(fmt::format("no complete reply from {} within the timeout of {}",
                                         to_string(server_.address), to_text(server_.timeout)));
}

} // namespace netio
