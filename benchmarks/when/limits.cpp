// How many threads and sockets the system lets one process have, and what it says then.

#include "benchmarks/when/experiments.hpp"

#include <fmt/format.h>

#include <future>
#include <stdexcept>
#include <vector>

namespace netio::when {
namespace {

constexpr std::uint64_t enough = 100'000; // for a machine without limits of its own

/// Opens when it is destroyed.
struct gate {
    std::promise<void> opening{};
    std::shared_future<void> opened = opening.get_future().share();

    gate() = default;
    ~gate() { opening.set_value(); }
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;
};

void start_threads(std::uint64_t& count) {
    std::vector<std::future<void>> waiting;
    const gate closed; // destroyed before the futures, each of which waits for its thread
    for (; count < enough; ++count) {
        waiting.push_back(
            std::async(std::launch::async, [opened = closed.opened] { opened.wait(); }));
    }
}

void open_sockets(std::uint64_t& count) {
    asio::io_context loop{1};
    std::vector<asio::ip::tcp::socket> sockets;
    for (; count < enough; ++count) {
        sockets.emplace_back(loop, asio::ip::tcp::v4());
    }
}

void print_limit(const char* way, void (*raise)(std::uint64_t&)) {
    auto limit = row_of("limit", 0.0, 0.0);
    limit.way = way;
    limit.server = "none";
    limit.costs.push_back(find_limit(raise));
    limit.requests = limit.costs.front().count;
    print(limit);
}

} // namespace

void find_limits() {
    print_limit("threads", start_threads);
    print_limit("coroutines", open_sockets);
}

} // namespace netio::when
