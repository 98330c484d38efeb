#include "server/computing_threads.hpp"

#include "common/platform/platform.hpp"

#include <fmt/format.h>

#include <exception>
#include <stdexcept>

namespace netio {
namespace {

thread_local std::uint64_t current_number = 0;

} // namespace

computing_threads::computing_threads(std::uint64_t count)
    : open_{queue_.get_executor()} {
    std::unique_lock creating{creation_};
    try {
        threads_.reserve(count);
        while (threads_.size() < count) {
            threads_.emplace_back(&computing_threads::run, this, threads_.size() + 1);
        }
    } catch (const std::exception& error) {
        queue_.stop();
        creating.unlock();
        join();
        throw std::runtime_error(fmt::format("cannot create {} computing threads: {}", count,
                                             platform::message_of(error)));
    }
}

computing_threads::~computing_threads() {
    queue_.stop();
    join();
}

std::uint64_t computing_threads::current() {
    return current_number;
}

void computing_threads::run(std::uint64_t number) {
    // Allocate nothing until all threads have been created: if creating them has exhausted the
    // memory, an allocation here would fail and end the process.
    std::unique_lock{creation_}.unlock();
    if (!queue_.stopped()) {
        current_number = number;
        queue_.run();
    }
}

void computing_threads::join() {
    for (auto& thread : threads_) {
        thread.join();
    }
}

} // namespace netio
