#include "serial_client/serial_client.hpp"

#include "common/client/request.hpp"
#include "common/client/run_report.hpp"
#include "common/client/task_output.hpp"
#include "common/platform/platform.hpp"
#include "common/program/duration.hpp"
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
                         request_record& record, const task_output& output, bool is_shown) {
    if (is_shown) {
        output.step("Requesting computation from server.");
    }
    const double reply = ask_and_wait(loop, server, record);
    if (is_shown) {
        output.result("Server returned {:.2f}. Ran for: {}.", reply, to_text(record.life.length()));
    }
}

void request_computations(asio::io_context& loop, const server_to_ask& server,
                          const client_options& options, run_record& record) {
    for (std::uint64_t i = 1; i <= options.requests; ++i) {
        const task_output output{options, record, i + 1};
        if (i == 4 && !options.is_shown(i)) {
            output.step("Requesting {} more, not shown.", options.hidden_requests());
        }
        auto& request = record.requests.emplace_back();
        request.name = options.request_name(i);
        request_computation(loop, server, request, output, options.is_shown(i));
        if (!options.is_recorded()) {
            record.requests.clear(); // nothing will show them, and there may be a million
        }
    }
}

void compute(const client_options& options, run_record& record) {
    random_stream stream{options.seed};
    const auto processor_begin = platform::thread_processor_time();
    const auto begin = steady_clock::now();
    const double total = uniform_sum(options.samples, stream).value();
    record.slices.push_back({{begin, steady_clock::now()}, options.samples, true});
    record.processor_time = platform::thread_processor_time() - processor_begin;
    task_output{options, record, 1}.result("Computed total: {:.2f} in {}.", total,
                                           to_text(record.slices.back().length()));
}

} // namespace

void run_serial_client(const client_options& options) {
    run_record record;
    asio::io_context loop{1}; // 1: only this thread will run it
    const server_to_ask server{options.address, resolve(options.address), options.timeout};
    run_and_show(options, "serial_client", record, [&] {
        request_computations(loop, server, options, record);
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
