#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netio {

/// The command line is wrong; what() says where, in one line.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// --help or --version was given: print the text, and be done.
struct help_requested {
    std::string text;
};

/// Says what ended @p program, in one line on stderr: the last word of each main().
///
/// @return the exit status: 2 for a wrong command line, 1 for any other error,
///         0 when help was asked for and printed.
[[nodiscard]] int fail(std::string_view program, std::exception_ptr reason) noexcept;

} // namespace netio
