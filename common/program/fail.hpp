#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netio {

/// The command line is wrong; what() says what is wrong, in one line.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// --help or --version was given: the program must print the text and exit.
struct help_requested {
    std::string text;
};

/// Reports what ended @p program: an error in one line on stderr, the text of --help or
/// --version on stdout. Each main() ends with this call when it catches an exception.
///
/// @return the exit status: 2 for a wrong command line, 1 for any other error,
///         0 when help was asked for and printed.
[[nodiscard]] int fail(std::string_view program, std::exception_ptr reason) noexcept;

} // namespace netio
