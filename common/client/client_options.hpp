#pragma once

#include "common/program/command_line.hpp"
#include "common/workload.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace netio {

/// The options of both clients.
struct client_options : shared_options {
    client_options()
        : shared_options{uniform_samples} {}

    std::uint64_t requests = 1; ///< how many times to ask the server
    std::chrono::nanoseconds timeout = std::chrono::seconds{60}; ///< connect to end of reply
    bool timeline = false;                                       ///< draw what ran when
    std::chrono::nanoseconds timeline_axis{0};                   ///< minimum length of its axis
    bool quiet = false;                                          ///< print only results and times

    /// Whether --timeline or --trace needs a record of the run.
    [[nodiscard]] bool is_recorded() const { return timeline || !trace.empty(); }

    /// "server_request", with its number (from 1) where there are several.
    [[nodiscard]] std::string request_name(std::uint64_t number) const {
        return requests == 1 ? "server_request" : fmt::format("server_request {}", number);
    }

    /// Whether the lines of request @p number, from 1, are printed. Of more than ten requests,
    /// only the first three and the last three are printed.
    [[nodiscard]] bool is_shown(std::uint64_t number) const {
        return requests <= 10 || number <= 3 || number + 3 > requests;
    }
    /// How many requests are not printed.
    [[nodiscard]] std::uint64_t hidden_requests() const {
        return requests <= 10 ? 0 : requests - 6;
    }
};

/// Declares the options on a client's command line.
void add(command_line& line, client_options& options);

} // namespace netio
