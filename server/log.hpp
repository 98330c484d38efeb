#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace netio {

enum class log_stream { out, err };

/// Writes as much of the text as there is room for, without waiting.
///
/// A server outlives whoever reads its output. A closed pipe, a full disk, or one
/// who has stopped reading is no reason to fail the clients: the rest is lost then.
void write_what_fits(log_stream stream, const std::string& text);

/// Prints a line to stdout, if that takes it.
template <typename... Args>
void log(fmt::format_string<Args...> format, Args&&... args) {
    write_what_fits(log_stream::out, fmt::format(format, std::forward<Args>(args)...) + '\n');
}

/// Prints a line to stderr, likewise.
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    write_what_fits(log_stream::err,
                    fmt::format("server: {}\n", fmt::format(format, std::forward<Args>(args)...)));
}

} // namespace netio
