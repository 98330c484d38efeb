#include "server/computation.hpp"

#include "common/random/random_sum.hpp"
#include "server/computing_threads.hpp"
#include "server/log.hpp"

#include <fmt/ostream.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace netio {

computation compute(std::uint64_t samples, std::uint64_t seed, std::uint64_t stream,
                    const std::atomic<bool>& stop) {
    constexpr std::uint64_t slice = 1'000'000; // draws: about 1 ms
    const auto begin = std::chrono::steady_clock::now();
    random_stream draws{seed, stream};
    double total = 0.0;
    for (std::uint64_t left = samples; left > 0 && !stop;) {
        const auto now = std::min(left, slice);
        total += gaussian_sum(now, draws);
        left -= now;
    }
    return {total, {begin, std::chrono::steady_clock::now()}, computing_threads::current()};
}

computation_trace::computation_trace(const server_options& options) {
    if (!options.trace.empty()) {
        file_.emplace(options.trace, "server");
    }
}

void computation_trace::add(const computation& what, const asio::ip::tcp::endpoint& peer) {
    if (!file_) {
        return;
    }
    const auto lane = what.thread + 1; // the format's viewers do not take 0 for a thread
    if (named_threads_.insert(lane).second) {
        file_->name_thread(lane, what.thread == 0 ? "event loop" : "computing thread");
    }
    file_->complete("gaussian_sum", lane, what.time);
    file_->arrow_to(fmt::to_string(fmt::streamed(peer)), lane, what.time.begin);
    try {
        file_->flush();
    } catch (const std::exception& error) {
        warn("{}; tracing no more", error.what()); // a full disk is not the clients' fault
        file_.reset();
    }
}

} // namespace netio
