// The third way: a coroutine for each request, and one for the sum, all on one thread.

#include "benchmarks/when/ways.hpp"
#include "common/event_loop.hpp"
#include "common/reply.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <string>
#include <system_error>

namespace netio::when {
namespace {

asio::awaitable<void> ask_one(asio::ip::tcp::endpoint server, results& found) {
    const double reply = co_await ask(server);
    found.replies.push_back(reply); // no lock: one thread runs all coroutines
}

asio::awaitable<void> ask_all(const work& todo, results& found) {
    asio::steady_timer pause{co_await asio::this_coro::executor};
    for (std::uint64_t i = 0; i < todo.requests; ++i) {
        pause.expires_after(pause_before(i));
        if (pause_before(i).count() > 0) {
            co_await pause.async_wait(asio::use_awaitable);
        }
        asio::co_spawn(pause.get_executor(), ask_one(todo.server, found), rethrow);
    }
}

} // namespace

asio::awaitable<double> ask(asio::ip::tcp::endpoint server) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    std::string reply;
    auto buffer = asio::dynamic_buffer(reply, max_reply_size);
    std::error_code end;
    co_await asio::async_read(socket, buffer, asio::redirect_error(asio::use_awaitable, end));
    if (end != asio::error::eof) {
        throw std::system_error{end ? end : asio::error::message_size, "reading the reply"};
    }
    co_return parse_reply(reply);
}

asio::awaitable<void> sum_in_slices(const work& todo, results& found) {
    random_stream stream{seed};
    for (auto left = todo.draws; left > 0;) {
        const auto slice = std::min(left, todo.slice);
        found.total += uniform_sum(slice, stream);
        left -= slice;
        co_await yield_to_event_loop();
    }
}

results coroutines(const work& todo) {
    asio::io_context loop{1};
    results found;
    asio::co_spawn(loop, ask_all(todo, found), rethrow);
    asio::co_spawn(loop, sum_in_slices(todo, found), rethrow);
    loop.run();
    return found;
}

} // namespace netio::when
