#include "serial_client/serial_client.hpp"

#include "common/address.hpp"
#include "common/client/ask.hpp"
#include "common/client/run_report.hpp"
#include "common/client/thread_clock.hpp"
#include "common/program/duration.hpp"
#include "common/program/standard_output.hpp"
#include "common/random/random_sum.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <cstdint>

namespace netio {
namespace {

using std::chrono::steady_clock;

double ask_and_wait(asio::io_context& loop, const server_to_ask& server, request_record& record) {
    auto reply = asio::co_spawn(loop, ask(server, record), asio::use_future);
    // The loop has nothing else to do: here the program idles until the reply arrives.
    loop.restart();
    loop.run();
    return reply.get(); // or throws what ask() has thrown
}

void request_computation(asio::io_context& loop, const server_to_ask& server,
                         request_record& record, bool is_shown) {
    if (is_shown) {
        print_line("Requesting computation from server.");
    }
    const double reply = ask_and_wait(loop, server, record);
    if (is_shown) {
        print_line("Server returned {:.2f}. Ran for: {}.", reply, to_text(record.life.length()));
    }
}

void compute(const client_options& options, run_record& record) {
    random_stream stream{options.seed};
    const auto processor_begin = thread_clock::now();
    const auto begin = steady_clock::now();
    const double total = uniform_sum(options.samples, stream).value();
    record.slices.push_back({begin, steady_clock::now()});
    record.processor_time = thread_clock::now() - processor_begin;
    print_line("Computed total: {:.2f} in {}.", total, to_text(record.slices.back().length()));
}

} // namespace

void run_serial_client(const client_options& options) {
    run_record record;
    asio::io_context loop{1}; // 1: only this thread will run it
    run_report report{options, "serial_client"};
    const server_to_ask server{options.address, resolve(loop, options.address), options.timeout};

    report.run_and_show(record, [&] {
        for (std::uint64_t i = 1; i <= options.requests; ++i) {
            if (i == 4 && !options.is_shown(i)) {
                print_line("Requesting {} more, not shown.", options.hidden_requests());
            }
            record.requests.push_back({options.request_name(i)});
            request_computation(loop, server, record.requests.back(), options.is_shown(i));
        }
        compute(options, record);
    });
}

client_options parse_serial_client_options(int argc, const char* const* argv) {
    client_options options;
    command_line line{"serial_client", "Asks the server, waits for its reply, then sums "
                                       "uniform draws itself: one after the other."};
    add(line, options);
    line.parse(argc, argv);
    return options;
}

} // namespace netio
