#pragma once

#include "common/event_loop.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace netio::benchmarks {

/// One client, which asks again and again until no requests are @p left.
inline asio::awaitable<void> ask_repeatedly(asio::io_context& loop, asio::ip::tcp::endpoint server,
                                            int& left) {
    std::array<char, 256> reply{};
    while (left-- > 0) {
        asio::ip::tcp::socket socket{loop};
        std::error_code end;
        co_await socket.async_connect(server, asio::use_awaitable);
        const std::size_t size = co_await asio::async_read(
            socket, asio::buffer(reply), asio::redirect_error(asio::use_awaitable, end));
        if (end != asio::error::eof) {
            throw std::system_error(end, "an answer was cut off");
        }
        if (size == 0) {
            throw std::runtime_error("a request was not answered");
        }
    }
}

/// The rate at which @p server answers @p requests requests.
///
/// @param clients how many clients ask at the same time.
inline double requests_per_second(const asio::ip::tcp::endpoint& server, int requests,
                                  int clients) {
    asio::io_context loop{1};
    int left = requests;
    const auto started = std::chrono::steady_clock::now();
    for (int i = 0; i < clients; ++i) {
        netio::spawn(loop, ask_repeatedly(loop, server, left));
    }
    loop.run();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    return requests / elapsed.count();
}

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace netio::benchmarks
