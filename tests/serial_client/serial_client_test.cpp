// The client, run in this process. Its output goes to this program's stdout.

#include "serial_client/serial_client.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/write.hpp>

#include <future>

using namespace netio::testing;

TEST_CASE("serial_client: runs to its end in process", "[serial_client]") {
    asio::io_context loop{1};
    auto acceptor = listen_anywhere(loop);
    netio::client_options options;
    options.address.port = acceptor.local_endpoint().port();
    options.samples = 1000;
    const auto answered = std::async(std::launch::async, [&acceptor] {
        auto socket = acceptor.accept();
        asio::write(socket, asio::buffer("1.5", 3));
    });
    CHECK_NOTHROW(netio::run_serial_client(options));
}
