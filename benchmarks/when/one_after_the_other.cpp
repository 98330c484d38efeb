// The first way: each request, then the sum. The thread sleeps while the server works.

#include "benchmarks/when/ways.hpp"
#include "common/reply.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/read.hpp>

#include <string>
#include <system_error>

namespace netio::when {

double blocking_ask(asio::io_context& context, const asio::ip::tcp::endpoint& server) {
    asio::ip::tcp::socket socket{context};
    socket.connect(server);
    std::string reply;
    std::error_code end;
    asio::read(socket, asio::dynamic_buffer(reply, max_reply_size), end);
    if (end != asio::error::eof) {
        throw std::system_error{end ? end : asio::error::message_size, "reading the reply"};
    }
    return parse_reply(reply);
}

results one_after_the_other(const work& todo) {
    asio::io_context context;
    results found;
    for (std::uint64_t i = 0; i < todo.requests; ++i) {
        found.replies.push_back(blocking_ask(context, todo.server));
    }
    random_stream stream{seed};
    found.total = uniform_sum(todo.draws, stream);
    return found;
}

} // namespace netio::when
