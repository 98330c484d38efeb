#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace netio {

/// Threads that start what is posted to their executor, in the order of posting.
///
/// In place of asio::thread_pool, whose constructor hangs when a thread cannot be created.
class computing_threads {
public:
    /// @param count at least 1.
    /// @throws std::runtime_error when the system refuses to create that many threads.
    explicit computing_threads(std::uint64_t count);

    /// Drops the queued work; waits for the running work to finish.
    ~computing_threads();

    computing_threads(const computing_threads&) = delete;
    computing_threads& operator=(const computing_threads&) = delete;

    [[nodiscard]] asio::io_context::executor_type get_executor() { return queue_.get_executor(); }

    /// The number, from 1, of the computing thread that calls this; 0 on any other thread.
    [[nodiscard]] static std::uint64_t current();

private:
    void run(std::uint64_t number);
    void join();

    asio::io_context queue_;
    asio::executor_work_guard<asio::io_context::executor_type> open_; ///< keeps threads waiting
    /// Held until all threads have been created. (Not a std::latch: that of MinGW's GCC 12
    /// may wait for ever. Seen under Wine.)
    std::mutex creation_;
    std::vector<std::thread> threads_;
};

} // namespace netio
