#include "common/client/request.hpp"

#include "common/platform/platform.hpp"
#include "common/program/duration.hpp"

#include <asio/error.hpp>
#include <asio/read.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace netio {
namespace {

using asio::ip::tcp;
using std::chrono::steady_clock;

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

} // namespace

request::request(const asio::any_io_executor& executor, const server_to_ask& server,
                 request_record& record)
    : server_{server}
    , record_{record}
    , socket_{executor}
    , deadline_{socket_, steady_clock::now() + server.timeout} {
    record_.life.begin = steady_clock::now();
}

request::~request() {
    record_.life.end = steady_clock::now();
    record_.failed = !complete_;
    if (!complete_) {
        // Giving up resets the connection. Closing it in the usual way would only tell the
        // server that the client sends no more, and the server would go on computing. A reset
        // discards the data that is in transit in both directions. Here that does no harm:
        // this client has sent nothing, and no longer needs the reply.
        std::error_code not_connected;
        socket_.set_option(tcp::socket::linger(true, 0), not_connected);
        socket_.close(not_connected); // asio's destructor would undo the option
    }
}

std::error_code request::read_available() {
    std::error_code end;
    socket_.non_blocking(true, end);
    if (!end) {
        asio::read(socket_, buffer(), end);
    }
    // Look at the clock only now: a reply that came in time counts, even if this client was
    // too busy to read it earlier.
    if (end == asio::error::would_block && deadline_.has_passed()) {
        return asio::error::timed_out;
    }
    return end;
}

void request::check_connected(std::error_code error) {
    if (error == asio::error::operation_aborted && deadline_.has_passed()) {
        // The connection may have been made in time, while this client was too busy to notice.
        socket_.remote_endpoint(error);
        if (error) {
            throw_timed_out();
        }
    }
    if (error == asio::error::operation_aborted) {
        // async_connect() also reports this error when it could not open a socket. Opening one
        // again gives the reason.
        socket_.open(server_.endpoints.front().protocol(), error);
        // If it opens now, a descriptor has become free.
        error = error ? error : asio::error::no_descriptors;
    }
    if (error) {
        throw std::runtime_error(fmt::format("cannot connect to {}: {}{}",
                                             to_string(server_.address), error.message(),
                                             hint(error)));
    }
    std::error_code unknown; // if set, the endpoint is 0.0.0.0:0
    record_.local = socket_.local_endpoint(unknown);
}

double request::reply(std::error_code end) {
    if (end == asio::error::operation_aborted) {
        end = read_available(); // cancelled by the deadline; what has come by now still counts
    }
    const auto server = to_string(server_.address);
    if (end == asio::error::timed_out && deadline_.has_passed()) {
        throw_timed_out();
    }
    if (text_.size() > max_reply_size) {
        throw std::runtime_error(
            fmt::format("bad reply from {}: longer than {} bytes", server, max_reply_size));
    }
    if (end != asio::error::eof) {
        throw std::runtime_error(
            fmt::format("cannot read the reply from {}: {}", server, end.message()));
    }
    try {
        const double number = parse_reply(text_);
        complete_ = true;
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
