// The programs together with the Python original's. These make the same calls of the original's
// socket module, with less work, and on a port that the system chooses.

#include "tests/catch.hpp"
#include "tests/process.hpp"
#include "tests/programs/client_faults.hpp"
#include "tests/server_support.hpp"

#include <fmt/format.h>

#include <csignal>
#include <string>
#include <vector>

using namespace netio::testing;
using Catch::Generators::from_range;

namespace {

constexpr auto server_py = R"(
import random, socket
server = socket.socket(family=socket.AF_INET, type=socket.SOCK_STREAM)
server.bind(("127.0.0.1", 0))
server.listen(1024)
print(f"Server is running and listening on: {server.getsockname()[0]}:{server.getsockname()[1]}.",
      flush=True)
while True:
    conn, _ = server.accept()
    total = sum(random.gauss(0, 1) for _ in range(1000))
    print(f"{total:.2f}", flush=True)
    conn.send(f"{total}".encode())
    conn.close()
)";

constexpr auto serial_approach_py = R"(
import socket, sys
client = socket.socket()
client.connect(("127.0.0.1", int(sys.argv[1])))
response = client.recv(4096)
print(f"Server returned {float(response.decode()):.2f}.")
)";

constexpr auto async_approach_py = R"(
import asyncio, socket, sys

class YieldToEventLoop:
    def __await__(self):
        yield

async def server_request():
    client = socket.socket()
    client.connect(("127.0.0.1", int(sys.argv[1])))
    client.setblocking(False)
    while True:
        try:
            response = client.recv(4096)
            break
        except BlockingIOError:
            await YieldToEventLoop()
    print(f"Server returned {float(response.decode()):.2f}.")

asyncio.run(server_request())
)";

std::vector<std::string> python(const std::string& text, const std::string& argument = "") {
    return {"/usr/bin/env", "python3", "-c", text, argument};
}

bool is_python_missing() {
    if (run(python("")).status == 0) {
        return false;
    }
    WARN("Skipped: there is no python3 here");
    return true;
}

} // namespace

TEST_CASE("python: the original's clients understand the server", "[python]") {
    if (is_python_missing()) {
        return;
    }
    const auto* const text = GENERATE(serial_approach_py, async_approach_py);
    const server_process server{{"--port", "0", "--samples", "1000", "--seed", "7"}};
    const auto end = run(python(text, server.port()));
    CAPTURE(end.err);
    CHECK(end.status == 0);
    const auto total = netio::parse_reply(expected_reply(1000, 7));
    CHECK(end.out == fmt::format("Server returned {:.2f}.\n", total));
}

TEST_CASE("python: the clients understand the original's server", "[python]") {
    if (is_python_missing()) {
        return;
    }
    process server{python(server_py)};
    const auto line = server.read_line();
    const auto port = line.substr(line.rfind(':') + 1, line.size() - line.rfind(':') - 2);
    const auto who = GENERATE(from_range(clients()));
    auto options = who.options;
    options.insert(options.end(), {"--port", port});
    const auto end = run(command(who.program, options));
    CAPTURE(who.program, end.out, end.err);
    CHECK(end.status == 0);
    const auto total = server.read_line();
    CHECK((contains(end.out, "Server returned " + total + ". ") ||
           contains(end.out, "Done server_request. total: " + total + ". ")));
}
