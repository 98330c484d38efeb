#include "common/event_loop.hpp"

namespace netio {

asio::awaitable<void> let_others_run() {
    // In the first iteration the loop asks the system, in the second asio reads (or a deadline
    // cancels), in the third the task resumes.
    for (int iteration = 0; iteration < 3; ++iteration) {
        co_await yield_to_event_loop();
    }
}

} // namespace netio
