#include "server/computation.hpp"

#include "common/random/random_sum.hpp"
#include "server/computing_threads.hpp"
#include "server/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace netio {

computation compute(std::uint64_t samples, std::uint64_t seed, std::uint64_t stream,
                    const std::atomic<bool>& stop) {
    // Draws between two looks at the flag: 0.4 to 2.4 ms, depending on kernel and processor.
    constexpr std::uint64_t portion = 1'000'000;
    const auto begin = std::chrono::steady_clock::now();
    random_stream draws{seed, stream};
    double total = 0.0;
    for (std::uint64_t left = samples; left > 0 && !stop;) {
        const auto now = std::min(left, portion);
        total += gaussian_sum(now, draws);
        left -= now;
    }
    return {total, {begin, std::chrono::steady_clock::now()}, computing_threads::current()};
}

/// Calls @p events with the file, if there is one.
template <typename Events>
void computation_trace::write(const Events& events) {
    try {
        if (file_) {
            events(*file_);
        }
    } catch (const std::exception& error) {
        warn("{}; the trace ends here", error.what()); // a full disk must not affect the clients
        file_.reset();
    }
}

computation_trace::computation_trace(const server_options& options) {
    if (!options.trace.empty()) {
        file_.emplace(options.trace, "server");
        file_->name_thread(1, "event loop"); // it has the lines, even if it computes nothing
    }
}

computation_trace::~computation_trace() {
    write([](trace_file& file) { file.flush(); });
}

void computation_trace::add(const computation& what, const std::string& peer,
                            std::chrono::steady_clock::time_point sent) {
    write([&](trace_file& file) {
        const auto id = connection_id(peer, what.total);
        const auto arguments = fmt::format(R"("connection":"{}")", id);
        const auto track = what.thread + 1;          // trace viewers do not accept 0 as a thread
        file.name_thread(track, "computing thread"); // the event loop's track has its name
        file.complete("gaussian_sum", track, what.time, arguments);
        file.arrow_to(id, track, what.time.begin);
        file.instant("reply sent", 1, sent, arguments);
        file.flush(std::chrono::milliseconds{0}); // this thread must not wait for the file's lock
    });
}

void computation_trace::add_connection(const computation& what, const std::string& peer,
                                       std::chrono::steady_clock::time_point accepted) {
    write([&](trace_file& file) {
        file.connection(connection_id(peer, what.total),
                        {accepted, std::chrono::steady_clock::now()});
        file.flush(std::chrono::milliseconds{0});
    });
}

void computation_trace::add_line(std::string_view text) {
    write([&](trace_file& file) { file.line(text, 1, std::chrono::steady_clock::now()); });
}

} // namespace netio
