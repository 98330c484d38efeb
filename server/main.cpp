#include "common/event_loop.hpp"
#include "common/platform/platform.hpp"
#include "common/program/fail.hpp"
#include "common/random/kernel.hpp"
#include "server/log.hpp"
#include "server/server.hpp"

#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/signal_set.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace {

/// The first signal stops the server gracefully. The second ends it immediately, even with
/// clients unanswered. Ends when the signals are cancelled.
asio::awaitable<void> stop_at(asio::signal_set& signals, netio::server& server) {
    std::error_code cancelled;
    co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (cancelled) {
        co_return;
    }
    server.stop();
    co_await netio::yield_to_event_loop(); // those accepted in this very iteration count
    if (const auto clients = server.unanswered(); clients > 0) {
        netio::warn("stopping: {} still unanswered; a second signal drops {}",
                    clients == 1 ? "1 client" : fmt::format("{} clients", clients),
                    clients == 1 ? "it" : "them");
    }
    if (server.has_connections()) { // otherwise it ends now, and has cancelled the signals already
        co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    if (!cancelled && server.has_connections()) {
        throw std::runtime_error(fmt::format(
            "stopped by a second signal, {}",
            server.unanswered() > 0 ? "with clients unanswered" : "before all clients had closed"));
    }
}

asio::awaitable<void> run(netio::server& server, asio::signal_set& signals) {
    co_await server.run();
    signals.cancel(); // the last thing that the loop waits for
}

/// Serves clients until a signal stops the server.
void serve(asio::io_context& loop, asio::signal_set& signals,
           const netio::server_options& options) {
    // Signals are for the thread that runs the loop. (The thread sanitizer loses one that comes to
    // a thread while it is being created.)
    std::unique_ptr<netio::server> server;
    netio::platform::without_stop_signals(
        [&] { server = std::make_unique<netio::server>(loop, options); });
    netio::spawn(loop, stop_at(signals, *server));
    for (const auto& endpoint : server->endpoints()) {
        netio::platform::write_if_there_is_room(
            netio::platform::standard_stream::out,
            fmt::format("Server is running and listening on: {}.\n", netio::to_string(endpoint)));
    }
    netio::spawn(loop, run(*server, signals));
    loop.run();
}

} // namespace

int main(int argc, char* argv[]) try {
    netio::platform::reserve_standard_descriptors();
    netio::platform::use_utf8_arguments(argc, argv);
    netio::platform::raise_descriptor_limit();
    netio::platform::ignore_broken_pipes(); // the server goes on when the reader of stdout exits
    const auto options = netio::parse_server_options(argc, argv);
    netio::use_kernel(options.kernel);

    asio::io_context loop{1}; // 1: only this thread will run it
    asio::signal_set signals{loop};
    for (const int signal : netio::platform::stop_signals()) {
        signals.add(signal);
    }
    serve(loop, signals, options);
    // Without the signal set, a second signal would end the process with that signal's status.
    netio::platform::hold_back_stop_signals();
    return EXIT_SUCCESS;
} catch (...) {
    return netio::fail("server", std::current_exception());
}
