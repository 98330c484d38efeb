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

asio::awaitable<void> let_others_run() {
    // In the first iteration the loop asks the system, in the second asio reads (or a deadline
    // cancels), in the third the task resumes.
    for (int iteration = 0; iteration < 3; ++iteration) {
        co_await yield_to_event_loop();
    }
}

} // namespace netio
