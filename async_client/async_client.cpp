#include "async_client/async_client.hpp"

#include "common/client/run_report.hpp"
#include "common/event_loop.hpp"
#include "common/platform/platform.hpp"
#include "common/program/duration.hpp"
#include "common/program/standard_output.hpp"
#include "common/random/random_sum.hpp"

#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace netio {

using asio::ip::tcp;
using std::chrono::steady_clock;

void async_client::run() {
    record_.requests.resize(options_.requests);
    spawn(sum_uniform_draws());
    for (std::uint64_t i = 1; i <= options_.requests; ++i) {
        spawn(server_request(i));
    }
    loop_.run();
}

asio::awaitable<void> async_client::sum_uniform_draws() {
    print_line("Beginning uniform_sum.");
    random_stream stream{options_.seed};
    uniform_total total;
    const auto chunk = options_.samples / options_.chunks +
                       (options_.samples % options_.chunks != 0 ? 1 : 0); // rounded up
    auto resumed = begin_slice();

    for (std::uint64_t done = 0; done < options_.samples;) {
        // Reading the clock takes as long as dozens or hundreds of draws. So read it once for
        // each chunk, never in the loop that draws.
        const auto draws = std::min(chunk, options_.samples - done);
        total += uniform_sum(draws, stream);
        done += draws;
        const auto now = steady_clock::now();
        if (now - resumed >= options_.allotment) {
            end_slice(resumed, now);
            print_line("Pausing uniform_sum at: {}. time_elapsed: {}.\n",
                       fmt::group_digits(done - 1), to_text(now - resumed));
            co_await let_others_run();
            print_line("Resuming uniform_sum.");
            resumed = begin_slice();
        }
    }
    end_slice(resumed, steady_clock::now());
    summing_ = false;
    print_line("====== Done uniform_sum. total: {:.2f} ======\n", total.value());

    co_await let_others_run(); // as after any other slice
    record_.last_pause_end = steady_clock::now();
}

asio::awaitable<void> async_client::let_others_run() {
    // A request that polls looks once on each lap. Any other request may need two laps: on the
    // first, asio reads the reply (completion), or the deadline cancels the operation; on the
    // second, the request resumes. While a request connects, the deadline cancels one attempt on
    // each lap, and asio then tries the next endpoint.
    int laps = options_.wait == wait_mode::poll ? 1 : 2;
    if (connecting_ > 0) {
        laps = 1 + static_cast<int>(server_.endpoints.size());
    }
    co_await yield_for_laps(laps);
}

steady_clock::time_point async_client::begin_slice() {
    slice_on_processor_ = thread_clock::now();
    return steady_clock::now();
}

void async_client::end_slice(steady_clock::time_point begin, steady_clock::time_point end) {
    if (options_.is_recorded()) {
        record_.slices.push_back({begin, end});
        record_.processor_time += thread_clock::now() - slice_on_processor_;
    }
}

asio::awaitable<void> async_client::server_request(std::uint64_t number) {
    request_lines lines{options_.request_name(number), options_.is_shown(number)};
    lines.begin();
    if (number == 4 && !options_.is_shown(number)) {
        print_line("Beginning {} more, not shown.\n", options_.hidden_requests());
    }
    auto& record = record_.requests.at(number - 1);
    record.name = options_.request_name(number);

    const reply_reader read = [this, &lines](request& pending) {
        --connecting_;
        switch (options_.wait) {
        case wait_mode::poll:
            return poll(pending, lines);
        case wait_mode::ready:
            return wait_until_ready(pending, lines);
        case wait_mode::completion:
            break;
        }
        return wait_for_completion(pending, lines);
    };
    lines.pause(); // connecting gives the thread back, too
    ++connecting_;
    auto asking = ask(server_, record, read); // named, and then awaited: see ask.cpp
    lines.done(co_await std::move(asking));
}

// Three ways to wait for the reply. They differ in what asks the system, what moves the bytes,
// and what resumes the task:
//
//               asks the system      moves the bytes    resumes the task
//   poll        the task             the task           the loop: the task queues itself
//   ready       the loop (reactor)   the task           the loop, when bytes have come
//   completion  the loop             asio (proactor)    the loop, when the reply is complete
//
// A task that polls has a turn on every lap, even if there is no news, and many such tasks make
// every lap longer. The other two ways cost nothing until there is news. In your own programs,
// use completion.

asio::awaitable<std::error_code> async_client::poll(request& pending, request_lines& lines) {
    auto end = pending.read_available();
    while (end == asio::error::would_block) {
        if (!summing_) {
            // No task computes any more, so polling would only keep the processor busy.
            // wait_until_ready() looks once more, and then waits.
            auto waiting = wait_until_ready(pending, lines);
            co_return co_await std::move(waiting);
        }
        note_look(pending, /*polling=*/true);
        lines.pause();
        co_await yield_to_event_loop();
        lines.resume();
        end = pending.read_available();
    }
    co_return end;
}

asio::awaitable<std::error_code> async_client::wait_until_ready(request& pending,
                                                                request_lines& lines) {
    auto end = pending.read_available();
    while (end == asio::error::would_block) {
        note_look(pending, /*polling=*/false);
        lines.pause();
        std::error_code cancelled; // set if the deadline has ended the wait; then look a last time
        co_await pending.socket().async_wait(tcp::socket::wait_read,
                                             asio::redirect_error(asio::use_awaitable, cancelled));
        ++pending.record().wake_ups;
        lines.resume();
        end = pending.read_available();
    }
    co_return end;
}

asio::awaitable<std::error_code> async_client::wait_for_completion(request& pending,
                                                                   request_lines& lines) {
    auto reading = read_to_end(pending); // one asio::async_read()
    const auto end = co_await std::move(reading);
    lines.resume();
    co_return end;
}

void async_client::note_look(request& pending, bool polling) const {
    if (options_.is_recorded()) {
        pending.record().looks.push_back({steady_clock::now(), polling});
    }
}

void async_client::spawn(asio::awaitable<void> task) {
    asio::co_spawn(loop_, std::move(task), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure); // out of loop_.run()
        }
    });
}

async_client::async_client(asio::io_context& loop, const async_client_options& options,
                           server_to_ask server, run_record& record)
    : loop_{loop}
    , options_{options}
    , server_{std::move(server)}
    , record_{record} {}

void run_async_client(const async_client_options& options) {
    platform::raise_descriptor_limit(); // each request takes a socket
    run_record record;        // outlives the loop, which destroys the tasks that write to it
    asio::io_context loop{1}; // 1: only this thread will run it
    run_report report{options, "async_client"};
    const server_to_ask server{options.address, resolve(loop, options.address), options.timeout};
    async_client client{loop, options, server, record};
    report.run_and_show(record, [&client] { client.run(); });
}

} // namespace netio
