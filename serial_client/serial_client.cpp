#include "serial_client/serial_client.hpp"

#include "common/client/request.hpp"
#include "common/client/run_report.hpp"
#include "common/program/duration.hpp"
#include "common/program/standard_streams.hpp"
#include "common/random/random_sum.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace netio {
namespace {

using std::chrono::steady_clock;

asio::awaitable<double> finish(request pending, run_record& record) {
    while (!pending.advance()) {
        co_await pending.ready_or_expired();
    }
    record.requests.push_back(pending.record());
    co_return pending.reply();
}

double ask_server(asio::io_context& loop, request pending, run_record& record) {
    double reply = 0.0;
    asio::co_spawn(loop, finish(std::move(pending), record),
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

void request_computation(asio::io_context& loop, request pending, run_record& record,
                         bool is_shown) {
    if (is_shown) {
        print_line("Requesting computation from server.");
    }
    const double reply = ask_server(loop, std::move(pending), record);
    if (is_shown) {
        print_line("Server returned {:.2f}. Ran for: {}.", reply,
                   to_text(record.requests.back().life.length()));
    }
}

void compute(const client_options& options, run_record& record) {
    random_stream stream{options.seed};
    const auto begin = steady_clock::now();
    const double total = uniform_sum(options.samples, stream).value();
    record.slices.push_back({begin, steady_clock::now()});
    print_line("Computed total: {:.2f} in {}.", total, to_text(record.slices.back().length()));
}

} // namespace

void run_serial_client(const client_options& options) {
    asio::io_context loop{1}; // 1: only this thread will run it
    run_report report{options, "serial_client"};
    const auto endpoints = resolve(loop, options.address);
    run_record record;
    record.run.begin = steady_clock::now();

    for (std::uint64_t i = 1; i <= options.requests; ++i) {
        if (i == 4 && !options.is_shown(i)) {
            print_line("Requesting {} more, not shown.", options.hidden_requests());
        }
        request pending{loop, options.request_name(i), options.address, endpoints, options.timeout};
        request_computation(loop, std::move(pending), record, options.is_shown(i));
    }
    compute(options, record);

    record.run.end = steady_clock::now();
    report.show(record);
}

client_options parse_serial_client_options(int argc, const char* const* argv) {
    client_options options;
    command_line line{"serial_client", "Asks the server, waits for its answer, then sums "
                                       "uniform draws itself: one after the other."};
    add(line, options);
    line.parse(argc, argv);
    return options;
}

} // namespace netio
