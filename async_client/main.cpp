#include "async_client/async_client.hpp"
#include "common/platform/platform.hpp"
#include "common/program/fail.hpp"
#include "common/random/kernel.hpp"

#include <cstdlib>

int main(int argc, char* argv[]) try {
    netio::platform::reserve_standard_descriptors();
    netio::platform::use_utf8_arguments(argc, argv);
    const auto options = netio::parse_async_client_options(argc, argv);
    netio::use_kernel(options.kernel);
    netio::run_async_client(options);
    return EXIT_SUCCESS;
} catch (...) {
    return netio::fail("async_client", std::current_exception());
}
