#pragma once

#include "common/time_span.hpp"

#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace netio {

/// One look for a reply that had not come yet.
struct look {
    std::chrono::steady_clock::time_point at;
    bool polling = false; ///< looks again on the next lap; otherwise when the socket is ready
};

/// What became of one request to the server.
struct request_record {
    std::string name;
    time_span life{};                ///< from the connect to the end of the reply, or the failure
    std::vector<look> looks{};       ///< kept only if the run is shown: there may be millions
    std::uint64_t wake_ups = 0;      ///< how many times the loop has resumed a wait to read
    asio::ip::tcp::endpoint local{}; ///< the client's end of the connection
    bool failed = false;

    [[nodiscard]] bool has_begun() const { return life.begin != decltype(life.begin){}; }
    [[nodiscard]] bool has_ended() const { return life.end != decltype(life.end){}; }
};

/// What a client did and when: the data for --timeline and --trace.
struct run_record {
    time_span run{};
    std::vector<time_span> slices{}; ///< of uniform_sum, between its pauses
    /// How long the thread had a processor during the slices: less than their length if other
    /// programs used the processor, too.
    std::chrono::nanoseconds processor_time{0};
    /// The time by which every task that was ready at the end of the last slice had run.
    std::chrono::steady_clock::time_point last_pause_end{};
    std::vector<request_record> requests{};
};

} // namespace netio
