#pragma once

#include "common/platform/platform.hpp"

#include <chrono>

namespace netio {

/// A clock that runs only while the calling thread has a processor. It stands still while the
/// thread sleeps, or while the system gives the processor to another thread.
///
/// Its time points can be compared only within one thread. Reading it is a system call.
struct thread_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<thread_clock>;
    static constexpr bool is_steady = true;

    [[nodiscard]] static time_point now() noexcept {
        return time_point{platform::thread_processor_time()};
    }
};

} // namespace netio
