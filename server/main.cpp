#include "common/program/fail.hpp"
#include "common/program/standard_streams.hpp"
#include "common/random/kernel.hpp"
#include "server/server.hpp"

#include <csignal>
#include <cstdlib>

int main(int argc, char* argv[]) try {
    netio::reserve_standard_descriptors();
    std::signal(SIGPIPE, SIG_IGN); // whoever reads stdout may go; the server stays
    const auto options = netio::parse_server_options(argc, argv);
    netio::use_kernel(options.kernel);

    asio::io_context loop{1}; // 1: only this thread will run it
    netio::server server{loop, options};
    loop.run();
    return EXIT_SUCCESS;
} catch (...) {
    return netio::fail("server", std::current_exception());
}
