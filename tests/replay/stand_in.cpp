#include "async_client/async_client.hpp"

namespace netio {

asio::awaitable<void> async_client::sum_uniform_draws() {
    random_stream stream{options_.seed};
    uniform_total total;
    sum_events events{record_, options_}; // prints and records
    for (const auto chunk : chunks_of(options_.samples, options_.chunks)) {
        total += uniform_sum(chunk, stream);
        if (events.slice_is_used_up(options_.allotment)) { // one look at the clock for each chunk
            events.pause(total);
            co_await yield_to_event_loop();
            events.resume();
        }
    }
    events.done(total);
}

asio::awaitable<void> async_client::server_request(std::uint64_t number) {
    request pending{server_, events_of(number)}; // its deadline runs from here
    co_await connect(pending);
    const auto end = co_await wait_for_reply(pending); // poll, ready or completion
    events.done(pending.reply(end));
}

} // namespace netio
