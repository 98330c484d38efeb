// The second way: a thread for each request, which blocks; the sum on the main thread.

#include "benchmarks/when/ways.hpp"

#include <functional>
#include <future>
#include <thread>

namespace netio::when {

results threads(const work& todo) {
    asio::io_context context;
    std::vector<std::future<double>> asked;
    for (std::uint64_t i = 0; i < todo.requests; ++i) {
        std::this_thread::sleep_for(pause_before(i));
        asked.push_back(
            std::async(std::launch::async, blocking_ask, std::ref(context), todo.server));
    }
    random_stream stream{seed};
    results found;
    found.total = uniform_sum(todo.draws, stream);
    for (auto& reply : asked) {
        found.replies.push_back(reply.get());
    }
    return found;
}

} // namespace netio::when
