#pragma once

#include "common/platform/platform.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace netio {

/// Formats a line and writes it to stdout, in one write if the system accepts it whole. So a
/// reader at the other end of a pipe gets the line immediately and, normally, whole.
///
/// @throws std::system_error when stdout cannot be written.
template <typename... Args>
void print_line(fmt::format_string<Args...> format, Args&&... args) {
    const auto line = fmt::format(format, std::forward<Args>(args)...) + '\n';
    if (const auto error = platform::write_all(platform::standard_stream::out, line)) {
        throw std::system_error(error, "cannot write to standard output");
    }
}

} // namespace netio
