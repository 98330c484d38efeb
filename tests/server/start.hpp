#pragma once

#include "server/server.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <memory>

// Servers for the tests that run them in process.
namespace netio::testing {

inline server_options quick_options() {
    server_options options;
    options.address.port = 0;
    options.threads = 1;
    options.samples = 1000;
    options.seed = 1;
    return options;
}

/// A server whose run() is spawned on the loop.
inline std::unique_ptr<server> start(asio::io_context& loop, const server_options& options) {
    auto started = std::make_unique<server>(loop, options);
    asio::co_spawn(loop, started->run(), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
    return started;
}

} // namespace netio::testing
