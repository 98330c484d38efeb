#include "common/program/fail.hpp"

#include "common/platform/platform.hpp"
#include "common/program/standard_output.hpp"

#include <cstdlib>
#include <tuple>
#include <utility>

namespace netio {
namespace {

constexpr int wrong_usage = 2;

/// Writes one line to stderr. If that fails, there is no way to report it.
void write_error(std::string_view program, std::string_view message) noexcept {
    using platform::standard_stream;
    try {
        const auto line = fmt::format("{}: {}\n", program, message);
        std::ignore = platform::write_all(standard_stream::err, line);
    } catch (const std::exception&) {
        std::ignore = platform::write_all(standard_stream::err, "out of memory\n");
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
        write_error(program, platform::message_of(error));
    } catch (...) {
        write_error(program, "unknown error");
    }
    return EXIT_FAILURE;
}

} // namespace netio
