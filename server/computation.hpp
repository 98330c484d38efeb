#pragma once

#include "common/time_span.hpp"
#include "common/trace.hpp"
#include "server/server_options.hpp"

#include <asio/ip/tcp.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>

namespace netio {

/// A sum of Gaussian draws, when it was computed, and by which thread.
struct computation {
    double total = 0.0;
    time_span time{};
    std::uint64_t thread = 0; ///< 0 for the event loop's, else the computing thread's number
};

/// Sums @p samples draws of a seed's stream.
///
/// @param stop makes it return within a few milliseconds, with what it has by then.
[[nodiscard]] computation compute(std::uint64_t samples, std::uint64_t seed, std::uint64_t stream,
                                  const std::atomic<bool>& stop);

/// The server's part in a trace: each computation, on the lane of its thread.
class computation_trace {
public:
    /// @throws std::runtime_error naming the file, if it cannot be written.
    explicit computation_trace(const server_options& options);

    /// @param peer the client, from whose request an arrow leads to the computation.
    void add(const computation& what, const asio::ip::tcp::endpoint& peer);

private:
    std::optional<trace_file> file_;
    std::set<std::uint64_t> named_threads_;
};

} // namespace netio
