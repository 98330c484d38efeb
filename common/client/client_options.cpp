#include "common/client/client_options.hpp"

#include "common/program/duration.hpp"

#include <string_view>

namespace netio {

void add(command_line& line, client_options& options) {
    line.add(options, {1, 65535});
    line.add_count("--requests", options.requests, {1, 1'000'000}, "Ask the server N times");
    line.add_duration("--timeout", options.timeout,
                      "Time limit for one request, from connect to end of reply");
    line.add_option("--timeline", "[T]",
                    "Draw what ran when, on a time axis of at least T (default: off)",
                    [&options](std::string_view text) {
                        options.timeline = true;
                        options.timeline_axis = parse_duration(text.empty() ? "0" : text);
                    });
    line.add_flag("--quiet", options.quiet, "Print only results and times");
}

} // namespace netio
