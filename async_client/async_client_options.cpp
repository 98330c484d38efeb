#include "async_client/async_client_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace netio {
namespace {

constexpr std::array<std::string_view, 3> wait_modes{"poll", "ready", "completion"};

wait_mode parse_wait_mode(std::string_view text) {
    const auto* const mode = std::find(wait_modes.begin(), wait_modes.end(), text);
    if (mode == wait_modes.end()) {
        throw std::invalid_argument("must be poll, ready or completion");
    }
    return static_cast<wait_mode>(mode - wait_modes.begin());
}

} // namespace

std::string settings_of(const async_client_options& options) {
    return fmt::format(R"(,"wait":"{}","allotment":{},"chunks":{})",
                       wait_modes.at(static_cast<std::size_t>(options.wait)),
                       std::chrono::duration<double, std::micro>{options.allotment}.count(),
                       options.chunks);
}

async_client_options parse_async_client_options(int argc, const char* const* argv) {
    async_client_options options;
    command_line line{"async_client", "Asks the server and sums uniform draws at the same time, "
                                      "on one thread."};
    add(line, options);
    line.add_count("--at-once", options.at_once, {1, 1'000'000},
                   "At most so many requests are under way at the same time");
    line.add_duration("--time-allotment", options.allotment,
                      "How long uniform_sum runs before it yields");
    line.add_count("--chunks", options.chunks, {1, 1'000'000'000'000'000},
                   "Chunks of uniform_sum, which looks at the clock after each");
    line.add_option("--wait", "poll|ready|completion", "How server_request waits (default poll)",
                    [&options](std::string_view text) { options.wait = parse_wait_mode(text); });
    line.parse(argc, argv);
    return options;
}

} // namespace netio
