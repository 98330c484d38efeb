#pragma once

#include "common/platform/platform.hpp"
#include "server/computation.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <fmt/compile.h>
#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace netio {

// What the server prints. Lines for which there is no room are lost, so that a closed pipe, a full
// disk or a stopped terminal does not affect the clients.

/// Prints a line to stderr.
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    platform::write_if_there_is_room(
        platform::standard_stream::err,
        fmt::format("server: {}\n", fmt::format(format, std::forward<Args>(args)...)));
}

/// Prints lines to stdout: all lines of one iteration of the event loop together, because writing
/// costs more than serving a small request.
class server_log {
public:
    /// @param trace the lines are added to it, too.
    server_log(asio::io_context& loop, computation_trace& trace)
        : loop_{loop}
        , trace_{trace} {}
    ~server_log() { flush(); }

    server_log(const server_log&) = delete;
    server_log& operator=(const server_log&) = delete;

    /// @param format made by FMT_COMPILE.
    template <typename Format, typename... Args>
    void print(const Format& format, Args&&... args) {
        if (lines_.size() == 0) {
            asio::post(loop_, [this] { flush(); }); // behind all that is queued now
        }
        const auto begin = lines_.size();
        fmt::format_to(fmt::appender{lines_}, format, std::forward<Args>(args)...);
        trace_.add_line(text().substr(begin));
        lines_.push_back('\n');
    }

    void flush() {
        platform::write_if_there_is_room(platform::standard_stream::out, text());
        lines_.clear();
    }

private:
    [[nodiscard]] std::string_view text() const { return {lines_.data(), lines_.size()}; }

    asio::io_context& loop_;
    computation_trace& trace_;
    fmt::memory_buffer lines_; ///< not written yet
};

} // namespace netio
