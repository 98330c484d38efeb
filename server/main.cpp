#include "common/platform/platform.hpp"
#include "common/program/fail.hpp"
#include "common/random/kernel.hpp"
#include "server/log.hpp"
#include "server/server.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <system_error>

namespace {

/// The first signal stops the server gracefully. The second ends it immediately, even with
/// clients unanswered.
void stop_at(asio::signal_set& signals, netio::server& server) {
    signals.async_wait([&](std::error_code cancelled, int) {
        if (cancelled) {
            return;
        }
        server.stop();
        if (const auto clients = server.unanswered(); clients > 0) {
            netio::warn("stopping: {} still unanswered; a second signal drops {}",
                        clients == 1 ? "1 client" : fmt::format("{} clients", clients),
                        clients == 1 ? "it" : "them");
        }
        signals.async_wait([&server](std::error_code done, int) {
            if (!done) {
                throw std::runtime_error(fmt::format("stopped by a second signal, {}",
                                                     server.unanswered() > 0
                                                         ? "with clients unanswered"
                                                         : "before all clients had closed"));
            }
        });
    });
}

} // namespace

int main(int argc, char* argv[]) try {
    netio::platform::reserve_standard_descriptors();
    netio::platform::raise_descriptor_limit();
    netio::platform::ignore_broken_pipes(); // the server goes on when the reader of stdout exits
    const auto options = netio::parse_server_options(argc, argv);
    netio::use_kernel(options.kernel);

    asio::io_context loop{1}; // 1: only this thread will run it
    netio::server server{loop, options};
    asio::signal_set signals{loop};
    for (const int signal : netio::platform::stop_signals()) {
        signals.add(signal);
    }
    stop_at(signals, server);
    netio::log("Server is running and listening on: {}.", fmt::streamed(server.endpoint()));

    asio::co_spawn(loop, server.run(), [&](std::exception_ptr failure) {
        signals.cancel(); // the last thing that the loop waits for
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
    loop.run();
    return EXIT_SUCCESS;
} catch (...) {
    return netio::fail("server", std::current_exception());
}
