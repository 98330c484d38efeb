#include "async_client/async_client_options.hpp"

#include <stdexcept>
#include <string_view>

namespace netio {
namespace {

wait_mode parse_wait_mode(std::string_view text) {
    if (text == "poll") {
        return wait_mode::poll;
    }
    if (text == "ready") {
        return wait_mode::ready;
    }
    if (text == "completion") {
        return wait_mode::completion;
    }
    throw std::invalid_argument("must be poll, ready or completion");
}

} // namespace

async_client_options parse_async_client_options(int argc, const char* const* argv) {
    async_client_options options;
    command_line line{"async_client", "Asks the server and sums uniform draws at the same time, "
                                      "on one thread."};
    add(line, options);
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
