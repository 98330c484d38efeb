#include "async_client/async_client.hpp"

#include "common/client/run_report.hpp"
#include "common/event_loop.hpp"
#include "common/program/descriptors.hpp"
#include "common/random/random_sum.hpp"

#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace netio {

using asio::ip::tcp;

// The two kinds of task: one sum, printed as uniform_sum (the function that it calls for each
// chunk), and any number of requests, printed as server_request. They take turns on one thread: a
// task keeps the thread until it awaits one of asio's operations, such as a read or a post.
// `events` is told what happens; it prints and records.

asio::awaitable<void> async_client::sum_uniform_draws() {
    const auto chunk = (options_.samples + options_.chunks - 1) / options_.chunks; // rounded up
    random_stream stream{options_.seed};
    uniform_total total;
    sum_events events{options_, record_};

    for (std::uint64_t drawn = 0; drawn < options_.samples;) {
        const auto draws = std::min(chunk, options_.samples - drawn);
        total += uniform_sum(draws, stream);
        drawn += draws;
        // Reading the clock takes as long as dozens or hundreds of draws. So read it once for
        // each chunk, never in the loop that draws.
        if (events.slice_is_used_up()) {
            events.pause(drawn);
            co_await let_others_run(options_.most_pending());
            events.resume();
        }
    }
    events.done(total.value());
}

asio::awaitable<void> async_client::server_request(std::uint64_t number) {
    const auto executor = co_await asio::this_coro::executor;
    request_events events{options_, record_, number};
    request pending{executor, server_, events.record()}; // its timeout runs from here

    events.pause(); // others run while it connects; its short turn after that is not printed
    co_await connect(pending);
    const auto end = co_await wait_for_reply(pending, events);
    events.done(pending.reply(end));
}

// Three ways to wait for the reply. They differ in what asks the system, what moves the bytes,
// and what resumes the task:
//
//               asks the system      moves the bytes    resumes the task
//   poll        the task             the task           the loop: the task queues itself
//   ready       the loop (reactor)   the task           the loop, when bytes have come
//   completion  the loop             asio (proactor)    the loop, when the reply is complete
//
// (So it is with a reactor, such as epoll, once there is something to wait for. With IOCP or
// io_uring, the system itself moves the bytes of a completion.)
//
// A task that polls has a turn again and again, even if there is no news, and many such tasks make
// every iteration of the loop longer. The other two ways cost nothing until there is news. In your
// own programs, use completion.

// Not a coroutine: it only chooses one, and returns its awaitable for the caller to await.
asio::awaitable<std::error_code> async_client::wait_for_reply(request& pending,
                                                              request_events& events) {
    switch (options_.wait) {
    case wait_mode::poll:
        return poll(pending, events);
    case wait_mode::ready:
        return wait_until_ready(pending, events);
    case wait_mode::completion:
        break;
    }
    return wait_for_completion(pending, events);
}

asio::awaitable<std::error_code> async_client::poll(request& pending, request_events& events) {
    auto end = pending.read_available();
    while (end == asio::error::would_block && is_computing_) {
        events.pause_to_poll();
        co_await let_others_run(options_.most_pending()); // one poll for each pause of the sum
        events.resume();
        end = pending.read_available();
    }
    if (end == asio::error::would_block) {
        // No task computes any more, so polling would only keep the processor busy.
        end = co_await wait_until_ready(pending, events);
    }
    co_return end;
}

asio::awaitable<std::error_code> async_client::wait_until_ready(request& pending,
                                                                request_events& events) {
    auto end = pending.read_available();
    while (end == asio::error::would_block) {
        events.pause_until_ready();
        std::error_code error;
        co_await pending.socket().async_wait(tcp::socket::wait_read,
                                             asio::redirect_error(asio::use_awaitable, error));
        events.wake_up();
        if (error && error != asio::error::operation_aborted) {
            co_return error;
        }
        end = pending.read_available(); // also at the deadline, for a last time
    }
    co_return end;
}

asio::awaitable<std::error_code> async_client::wait_for_completion(request& pending,
                                                                   request_events& events) {
    const auto end = co_await read_to_end(pending); // one asio::async_read(), recorded there
    events.resume();
    co_return end;
}

// What starts the tasks.

void async_client::run(asio::io_context& loop) {
    spawn(loop, compute());
    for (std::uint64_t i = 0; i < options_.most_pending(); ++i) {
        spawn(loop, make_requests());
    }
    loop.run();
}

asio::awaitable<void> async_client::compute() {
    co_await sum_uniform_draws();
    is_computing_ = false;
    // For the record only: events.done() has begun a last pause, in which the replies that came
    // during the last slice are noticed.
    co_await let_others_run(options_.most_pending());
    record_.is_pausing = false;
}

/// Makes one request after the other, until none is left. Several of these coroutines share the
/// requests: so many as may be under way at the same time.
asio::awaitable<void> async_client::make_requests() {
    while (next_request_ <= options_.requests) {
        co_await server_request(next_request_++);
    }
}

async_client::async_client(const async_client_options& options, server_to_ask server,
                           run_record& record)
    : options_{options}
    , server_{std::move(server)}
    , record_{record} {}

void run_async_client(const async_client_options& options) {
    require_descriptors(options.most_pending(), "Lower --at-once");
    run_record record{.settings = settings_of(options)};
    server_to_ask server{options.address, resolve(options.address), options.timeout};
    async_client client{options, std::move(server), record};
    // Destroyed first, because it destroys the tasks, which use the client and the record.
    asio::io_context loop{1}; // 1: only this thread will run it
    run_and_show(options, "async_client", record, [&] { client.run(loop); });
}

} // namespace netio
