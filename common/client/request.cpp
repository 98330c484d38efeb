#include "common/client/request.hpp"

#include "common/event_loop.hpp"
#include "common/program/duration.hpp"
#include "common/reply.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

namespace netio {

using asio::ip::tcp;

request::request(asio::io_context& loop, std::string name, server_address address,
                 std::vector<tcp::endpoint> endpoints, std::chrono::nanoseconds timeout)
    : address_{std::move(address)}
    , endpoints_{std::move(endpoints)}
    , timeout_{timeout}
    , socket_{loop} {
    record_.name = std::move(name);
    record_.life.begin = std::chrono::steady_clock::now();
    deadline_ = record_.life.begin + timeout;
}

bool request::advance() {
    const bool complete = connect() && read_to_end();
    const auto now = std::chrono::steady_clock::now();
    if (complete) {
        reply_ = understand();
        std::error_code unknown; // then it is 0.0.0.0:0
        record_.local = socket_.local_endpoint(unknown);
        record_.life.end = now;
        return true;
    }
    // Only now the deadline: an answer that came in time has been taken by then,
    // even if the caller was too busy to look before.
    if (now >= deadline_) {
        throw std::runtime_error(fmt::format("no complete reply from {} within the timeout of {}",
                                             to_string(address_), to_text(timeout_)));
    }
    if (!records_all_looks_) {
        record_.looks.clear();
    }
    record_.looks.push_back({now, true});
    return false;
}

asio::awaitable<void> request::ready_or_expired() {
    record_.looks.back().polling = false;
    // A connection that has been made is reported as room to write.
    const auto what = connected_ ? tcp::socket::wait_read : tcp::socket::wait_write;
    auto waiting = wait_until(socket_, what, deadline_);
    co_await std::move(waiting);
}

bool request::connect() {
    while (!connected_) {
        std::error_code error;
        if (!socket_.is_open()) {
            error = start_connecting();
        }
        if (!error) {
            socket_.wait(tcp::socket::wait_write, error); // non-blocking: looks, and is back
            if (error == asio::error::would_block) {
                return false;
            }
            error = take_pending_error(socket_);
        }
        connected_ = !error;
        if (error && endpoints_.size() == 1) {
            throw std::runtime_error(fmt::format(
                "cannot connect to {}: {}{}", to_string(address_), error.message(),
                error == asio::error::connection_refused ? ". Is the server running?" : ""));
        }
        if (error) {
            endpoints_.erase(endpoints_.begin());
            socket_.close();
        }
    }
    return true;
}

std::error_code request::start_connecting() {
    std::error_code error;
    auto& endpoint = endpoints_.front();
    socket_.open(endpoint.protocol(), error);
    if (!error) {
        socket_.non_blocking(true, error);
    }
    // Not socket_.connect(): that waits for the outcome, even on a non-blocking socket.
    if (!error &&
        ::connect(socket_.native_handle(), endpoint.data(),
                  static_cast<socklen_t>(endpoint.size())) != 0 &&
        errno != EINPROGRESS) {
        error = {errno, asio::error::get_system_category()};
    }
    return error;
}

bool request::read_to_end() {
    std::array<char, max_reply_size + 1> buffer; // one more, to see that it is too long
    while (true) {
        std::error_code error;
        const auto size = socket_.read_some(asio::buffer(buffer), error);
        text_.append(buffer.data(), size);
        if (text_.size() > max_reply_size) {
            throw std::runtime_error(fmt::format("bad reply from {}: longer than {} bytes",
                                                 to_string(address_), max_reply_size));
        }
        // End of stream is how the server says "that was all": the one error
        // that means success.
        if (error == asio::error::eof) {
            return true;
        }
        if (error == asio::error::would_block) {
            return false;
        }
        if (error) {
            throw std::runtime_error(
                fmt::format("reading the reply from {}: {}", to_string(address_), error.message()));
        }
    }
}

double request::understand() const {
    try {
        return parse_reply(text_);
    } catch (const std::invalid_argument& error) {
        throw std::runtime_error(
            fmt::format("bad reply from {}: {}", to_string(address_), error.what()));
    }
}

} // namespace netio
