#include "async_client/async_client.hpp"

#include "common/client/request.hpp"
#include "common/client/run_report.hpp"
#include "common/event_loop.hpp"
#include "common/program/duration.hpp"
#include "common/program/standard_streams.hpp"
#include "common/random/random_sum.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <fmt/format.h>

#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace netio {

using std::chrono::steady_clock;

namespace {

template <typename... Args>
void say(bool is_shown, fmt::format_string<Args...> format, Args&&... args) {
    if (is_shown) {
        print_line(format, std::forward<Args>(args)...);
    }
}

} // namespace

const run_record& async_client::run() {
    record_.run.begin = steady_clock::now();
    record_.requests.resize(options_.requests);
    spawn(sum_uniform_draws());
    for (std::uint64_t i = 1; i <= options_.requests; ++i) {
        spawn(server_request(i));
    }
    loop_.run();
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    record_.run.end = steady_clock::now();
    return record_;
}

asio::awaitable<void> async_client::sum_uniform_draws() {
    print_line("Beginning uniform_sum.");
    random_stream stream{options_.seed};
    uniform_total total;
    const std::uint64_t chunk_size = options_.samples / options_.chunks;
    auto resumed = steady_clock::now();

    for (std::uint64_t done = 0; done < chunk_size * options_.chunks; done += chunk_size) {
        // Looking at the clock costs as much as a hundred draws: once a chunk,
        // never in the loop that draws.
        total += uniform_sum(chunk_size, stream);
        const auto now = steady_clock::now();
        if (now - resumed >= options_.allotment) {
            add_slice(resumed, now);
            print_line("Pausing uniform_sum at: {}. time_elapsed: {}.\n",
                       fmt::group_digits(done + chunk_size - 1), to_text(now - resumed));
            co_await let_others_run();
            print_line("Resuming uniform_sum.");
            resumed = steady_clock::now();
        }
    }
    // What is left when the chunks do not divide the samples.
    total += uniform_sum(options_.samples % options_.chunks, stream);
    add_slice(resumed, steady_clock::now());

    summing_ = false;
    print_line("====== Done uniform_sum. total: {:.2f} ======\n", total.value());
}

void async_client::add_slice(steady_clock::time_point begin, steady_clock::time_point end) {
    if (options_.is_recorded()) {
        record_.slices.push_back({begin, end});
    }
}

asio::awaitable<void> async_client::server_request(std::uint64_t number) {
    const auto name = options_.request_name(number);
    const bool is_shown = options_.is_shown(number);
    say(is_shown, "Beginning {}.", name);
    say(number == 4 && !is_shown, "Beginning {} more, not shown.\n", options_.hidden_requests());
    request pending{loop_, name, options_.address, endpoints_, options_.timeout};

    if (options_.is_recorded()) {
        pending.record_all_looks();
    }
    while (!pending.advance()) {
        say(is_shown, "Pausing {}.\n", name);
        if (options_.wait == wait_mode::poll) {
            co_await ask_again(pending);
        } else {
            co_await be_woken(pending);
        }
        say(is_shown, "Resuming {}.", name);
    }
    record_.requests.at(number - 1) = pending.record();
    say(is_shown, "====== Done {}. total: {:.2f}. ======\n", name, pending.reply());
}

// --wait poll and --wait ready differ in one thing: who comes back when. One that
// polls has a turn on every lap of the loop, needed or not: many of them make each
// lap longer. One that waits for readiness costs nothing until the system tells the
// loop that its socket has something to read; whoever pauses leaves the loop the time
// to find out.

asio::awaitable<void> async_client::ask_again(request& pending) {
    if (summing_) {
        co_await yield_to_event_loop();
    } else {
        // With no other work to take turns with, polling would only keep the
        // thread busy.
        co_await be_woken(pending);
    }
}

asio::awaitable<void> async_client::be_woken(request& pending) {
    co_await pending.ready_or_expired();
}

asio::awaitable<void> async_client::let_others_run() {
    if (options_.wait == wait_mode::poll) {
        co_await yield_to_event_loop();
    } else {
        co_await yield_to_whoever_is_ready();
    }
}

void async_client::spawn(asio::awaitable<void> task) {
    // Nothing is swallowed: stop_at_failure() lets no exception out.
    asio::co_spawn(loop_, stop_at_failure(std::move(task)), asio::detached);
}

asio::awaitable<void> async_client::stop_at_failure(asio::awaitable<void> task) {
    try {
        co_await std::move(task);
    } catch (...) {
        // Here and not in a completion handler, which would have to queue: before
        // its turn, uniform_sum would run for another allotment.
        failure_ = std::current_exception();
        loop_.stop();
    }
}

async_client::async_client(asio::io_context& loop, const async_client_options& options)
    : loop_{loop}
    , options_{options}
    , endpoints_{resolve(loop, options.address)} {}

void run_async_client(const async_client_options& options) {
    asio::io_context loop{1}; // 1: only this thread will run it
    run_report report{options, "async_client"};
    async_client client{loop, options};
    report.show(client.run());
}

async_client_options parse_async_client_options(int argc, const char* const* argv) {
    async_client_options options;
    command_line line{"async_client", "Asks the server and sums uniform draws at the same time, "
                                      "on one thread."};
    add(line, options);
    line.add_duration("--time-allotment", options.allotment,
                      "How long uniform_sum runs before it yields");
    line.add_count("--chunks", options.chunks, {1, 1'000'000'000'000'000},
                   "How often uniform_sum looks at the clock");
    line.add_option("--wait", "poll|ready", "How server_request waits (default poll)",
                    [&options](std::string_view text) {
                        if (text != "poll" && text != "ready") {
                            throw std::invalid_argument("poll or ready is wanted");
                        }
                        options.wait = text == "poll" ? wait_mode::poll : wait_mode::ready;
                    });
    line.parse(argc, argv);
    return options;
}

} // namespace netio
