// One request: as a blocking call, and as a coroutine.

#include "benchmarks/when/ways.hpp"
#include "common/reply.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <string>
#include <system_error>

namespace netio::when {
namespace {

double whole_reply(const std::string& reply, std::error_code end) {
    if (end != asio::error::eof) {
        throw std::system_error{end ? end : asio::error::message_size, "reading the reply"};
    }
    return parse_reply(reply);
}

} // namespace

double blocking_ask(asio::io_context& context, const asio::ip::tcp::endpoint& server) {
    asio::ip::tcp::socket socket{context};
    socket.connect(server);
    std::string reply;
    std::error_code end;
    asio::read(socket, asio::dynamic_buffer(reply, max_reply_size), end);
    return whole_reply(reply, end);
}

asio::awaitable<double> ask(asio::ip::tcp::endpoint server) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    std::string reply;
    auto buffer = asio::dynamic_buffer(reply, max_reply_size);
    std::error_code end;
    co_await asio::async_read(socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    co_return whole_reply(reply, end);
}

} // namespace netio::when
