#include "common/platform/platform.hpp"
#include "common/program/fail.hpp"
#include "common/random/kernel.hpp"
#include "serial_client/serial_client.hpp"

#include <cstdlib>

int main(int argc, char* argv[]) try {
    netio::platform::reserve_standard_descriptors();
    netio::platform::use_utf8_arguments(argc, argv);
    const auto options = netio::parse_serial_client_options(argc, argv);
    netio::use_kernel(options.kernel);
    netio::run_serial_client(options);
    return EXIT_SUCCESS;
} catch (...) {
    return netio::fail("serial_client", std::current_exception());
}
