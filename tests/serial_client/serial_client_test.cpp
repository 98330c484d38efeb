// The client, run in this process. Its output goes to this program's stdout.

#include "serial_client/serial_client.hpp"
#include "tests/catch.hpp"
#include "tests/process.hpp"

#include <cstdint>
#include <string>

using netio::testing::server_process;

TEST_CASE("serial_client: runs to its end in process", "[serial_client]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    netio::client_options options;
    options.address.port = static_cast<std::uint16_t>(std::stoi(server.port()));
    options.samples = 1000;
    CHECK_NOTHROW(netio::run_serial_client(options));
}
