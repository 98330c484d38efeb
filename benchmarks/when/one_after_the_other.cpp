// The first way: each request, then the sum. The thread sleeps while the server works.

#include "benchmarks/when/ways.hpp"

namespace netio::when {

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
