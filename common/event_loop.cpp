#include "common/event_loop.hpp"

#include <asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace netio {

void spawn(asio::io_context& loop, asio::awaitable<void> task) {
    asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
}

asio::awaitable<void> let_others_run(std::uint64_t sockets) {
    // In the first iteration the loop asks the system, in the second asio reads (or a deadline
    // cancels), in the third the task resumes. asio's reactors learn of at most 128 sockets in an
    // iteration: of the next 128 in the next one.
    const auto iterations = 3 + sockets / 128;
    for (std::uint64_t i = 0; i < iterations; ++i) {
        co_await yield_to_event_loop();
    }
}

} // namespace netio
