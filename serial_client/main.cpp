#include "common/program/descriptors.hpp"
#include "common/program/fail.hpp"
#include "serial_client/serial_client.hpp"

#include <cstdlib>

int main(int argc, char* argv[]) try {
    netio::reserve_standard_descriptors();
    netio::run_serial_client(netio::parse_serial_client_options(argc, argv));
    return EXIT_SUCCESS;
} catch (...) {
    return netio::fail("serial_client", std::current_exception());
}
