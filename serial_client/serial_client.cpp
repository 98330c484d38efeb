#include "serial_client/serial_client.hpp"

#include "common/duration.hpp"
#include "common/random_sum.hpp"
#include "common/request.hpp"
#include "common/standard_streams.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace netio {
namespace {

using std::chrono::steady_clock;

asio::awaitable<double> finish(request pending) {
    while (!pending.advance()) {
        co_await pending.ready_or_expired();
    }
    co_return pending.reply();
}

double ask_server(asio::io_context& loop, request pending) {
    double reply = 0.0;
    asio::co_spawn(loop, finish(std::move(pending)),
                   [&reply](std::exception_ptr failure, double number) {
                       if (failure) {
                           std::rethrow_exception(failure); // leaves run() below
                       }
                       reply = number;
                   });
    // The loop has nothing else to do: here the program idles until the answer is there.
    loop.restart();
    loop.run();
    return reply;
}

} // namespace

client_options parse_serial_client_options(int argc, const char* const* argv) {
    client_options options;
    command_line line{"serial_client", "Asks the server, waits for its answer, then sums "
                                       "uniform draws itself: one after the other."};
    line.add(options);
    line.parse(argc, argv);
    return options;
}

void run_serial_client(const client_options& options) {
    asio::io_context loop{1}; // 1: only this thread will run it
    const auto started = steady_clock::now();
    const auto endpoints = resolve(loop, options.address);

    for (std::uint64_t i = 0; i < options.requests; ++i) {
        print_line("Requesting computation from server.");
        const auto requested = steady_clock::now();
        const double reply = ask_server(loop, {loop, options.address, endpoints, options.timeout});
        print_line("Server returned {:.2f}. Ran for: {}.", reply,
                   to_text(steady_clock::now() - requested));
    }

    const auto computing = steady_clock::now();
    random_stream stream{options.seed};
    const double total = uniform_sum(options.samples, stream).value();
    print_line("Computed total: {:.2f} in {}.", total, to_text(steady_clock::now() - computing));

    print_line("Total time elapsed: {}.", to_text(steady_clock::now() - started));
}

} // namespace netio
