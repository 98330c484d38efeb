#include "common/program/fail.hpp"

#include "common/program/standard_output.hpp"

#include <cstdlib>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace netio {
namespace {

constexpr int wrong_usage = 2;

/// Writes one line to stderr. If that fails, there is no way to report it.
void write_error(std::string_view program, std::string_view message) noexcept {
    try {
        std::ignore = write_all(STDERR_FILENO, fmt::format("{}: {}\n", program, message));
    } catch (const std::exception&) {
        std::ignore = write_all(STDERR_FILENO, "out of memory\n");
    }
}

int status_of(std::string_view program, std::exception_ptr reason) {
    try {
        std::rethrow_exception(std::move(reason));
    } catch (const help_requested& help) {
        print_line("{}", help.text);
        return EXIT_SUCCESS;
    } catch (const usage_error& error) {
        write_error(program, std::string{error.what()} + " Try --help.");
        return wrong_usage;
    }
}

} // namespace

int fail(std::string_view program, std::exception_ptr reason) noexcept {
    try {
        return status_of(program, std::move(reason));
    } catch (const std::exception& error) {
        write_error(program, error.what());
    } catch (...) {
        write_error(program, "unknown error");
    }
    return EXIT_FAILURE;
}

} // namespace netio
