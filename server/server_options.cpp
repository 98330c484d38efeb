#include "server/server_options.hpp"

namespace netio {

server_options parse_server_options(int argc, const char* const* argv) {
    server_options options;
    command_line line{"server", "For each connection: sums Gaussian draws, sends the total, "
                                "closes."};
    line.add(options, {0, 65535});
    line.add_count("--threads", options.threads, {1, 65536}, "Number of computing threads");
    line.add_duration("--delay", options.delay, "Wait this long before computing");
    line.add_count("--max-connections", options.max_connections, {1, 1'000'000},
                   "Connections served at the same time; others wait in the backlog");
    line.parse(argc, argv);
    return options;
}

} // namespace netio
