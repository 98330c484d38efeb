#pragma once

#include "common/time_span.hpp"

#include <asio/ip/tcp.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace netio {

/// A look for the reply, in vain.
struct look {
    std::chrono::steady_clock::time_point at;
    bool polling = false; ///< then it came back unasked; else the event loop woke it
};

/// What became of one request to the server.
struct request_record {
    std::string name;
    time_span life;                ///< from the connect to the end of the reply
    std::vector<look> looks;       ///< all of them, or only the last
    asio::ip::tcp::endpoint local; ///< this client's end of the connection
};

/// What a client did and when: the raw material of --timeline and --trace.
///
/// Two clock readings for each of some dozen events: too few to be noticed.
struct run_record {
    time_span run;
    std::vector<time_span> slices; ///< of uniform_sum: between them it had paused
    std::vector<request_record> requests;
};

} // namespace netio
