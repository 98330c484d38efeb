#pragma once

#include "common/time_span.hpp"
#include "common/trace.hpp"
#include "server/server_options.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netio {

/// A sum of Gaussian draws, when it was computed, and by which thread.
struct computation {
    double total = 0.0;
    time_span time{};
    std::uint64_t thread = 0; ///< the computing thread's number; 0 for the event loop's thread
};

/// Sums the first @p samples Gaussian draws of the given seed and stream.
/// @param stop once true, the function returns within a few milliseconds, with the sum so far.
[[nodiscard]] computation compute(std::uint64_t samples, std::uint64_t seed, std::uint64_t stream,
                                  const std::atomic<bool>& stop);

/// The server's part of a trace: each computation, on the track of its thread.
class computation_trace {
public:
    /// @throws std::runtime_error naming the file, if it cannot be written.
    explicit computation_trace(const server_options& options);
    ~computation_trace(); ///< writes what is still in memory

    computation_trace(const computation_trace&) = delete;
    computation_trace& operator=(const computation_trace&) = delete;

    // If the file cannot be written any more, these warn, and the trace ends.

    /// Adds a computation whose result was sent to the client @p peer at this time. An arrow leads
    /// to it from the client's request.
    void add(const computation& what, const std::string& peer,
             std::chrono::steady_clock::time_point sent);

    /// Adds the connection for which something was computed. It ends now.
    void add_connection(const computation& what, const std::string& peer,
                        std::chrono::steady_clock::time_point accepted);

    /// Adds a line that is printed now. It is written with the next computation.
    void add_line(std::string_view text);

private:
    template <typename Events>
    void write(const Events& events);

    std::optional<trace_file> file_;
};

} // namespace netio
