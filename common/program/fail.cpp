#include "common/program/fail.hpp"

#include "common/program/standard_streams.hpp"

#include <cstdlib>
#include <utility>

namespace netio {
namespace {

constexpr int wrong_usage = 2;

int status_of(std::string_view program, std::exception_ptr reason) {
    try {
        std::rethrow_exception(std::move(reason));
    } catch (const help_requested& help) {
        print_line("{}", help.text);
        return EXIT_SUCCESS;
    } catch (const usage_error& error) {
        complain(program, std::string{error.what()} + " Try --help.");
        return wrong_usage;
    }
}

} // namespace

int fail(std::string_view program, std::exception_ptr reason) noexcept {
    try {
        return status_of(program, std::move(reason));
    } catch (const std::exception& error) {
        complain(program, error.what());
    } catch (...) {
        complain(program, "unknown error");
    }
    return EXIT_FAILURE;
}

} // namespace netio
