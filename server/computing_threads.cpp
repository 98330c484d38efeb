#include "server/computing_threads.hpp"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <system_error>

namespace netio {

computing_threads::computing_threads(std::uint64_t count)
    : open_{queue_.get_executor()} {
    std::error_code refused;
    try {
        start_threads(count);
    } catch (const std::system_error& error) {
        refused = error.code();
    } catch (const std::bad_alloc&) {
        refused = std::make_error_code(std::errc::not_enough_memory);
    }
    if (refused) {
        join();
        throw std::system_error(refused, fmt::format("cannot create {} computing threads", count));
    }
}

void computing_threads::start_threads(std::uint64_t count) {
    threads_.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        threads_.emplace_back([this] {
            // Nothing that needs memory before all threads are there: where
            // creating them has used it up, an allocation here would be fatal.
            all_started_.wait(false);
            queue_.run();
        });
    }
    all_started_ = true;
    all_started_.notify_all();
}

void computing_threads::join() {
    queue_.stop();
    all_started_ = true;
    all_started_.notify_all();
    for (auto& thread : threads_) {
        thread.join();
    }
}

computing_threads::~computing_threads() {
    join();
}

} // namespace netio
