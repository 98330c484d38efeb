#include "common/client/ask.hpp"

#include <asio/connect.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <utility>

namespace netio {

asio::awaitable<double> ask(server_to_ask server, request_record& record, reply_reader read) {
    const auto executor = co_await asio::this_coro::executor;
    request pending{executor, server, record}; // starts the timeout

    std::error_code error;
    co_await asio::async_connect(pending.socket(), server.endpoints,
                                 asio::redirect_error(asio::use_awaitable, error));
    pending.check_connected(error);

    // Named, and then awaited: GCC 12 miscompiles some longer co_await expressions.
    auto reading = read(pending);
    const auto end = co_await std::move(reading);
    co_return pending.reply(end);
}

asio::awaitable<std::error_code> read_to_end(request& pending) {
    std::error_code end;
    co_await asio::async_read(pending.socket(), pending.buffer(),
                              asio::redirect_error(asio::use_awaitable, end));
    ++pending.record().wake_ups;
    co_return end;
}

} // namespace netio
