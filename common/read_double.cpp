#include "common/read_double.hpp"

#include "common/random/strict_arithmetic.hpp"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <system_error>

namespace netio {

std::optional<leading_double> read_double_with_strtod(std::string_view text) {
    // strtod() reads a plus sign, white space, "inf" and hexadecimal digits, too: it gets only the
    // characters of a decimal number. The decimal point is '.': no program sets LC_NUMERIC.
    const std::string decimal{text.substr(0, text.find_first_not_of("0123456789.eE+-"))};
    char* end = nullptr;
    errno = 0;
    const double number = std::strtod(decimal.c_str(), &end);
    const auto size = static_cast<std::size_t>(end - decimal.c_str());
    const bool is_out_of_range = errno == ERANGE && (number == 0.0 || !std::isfinite(number));
    if (size == 0 || decimal.starts_with('+') || is_out_of_range) {
        return std::nullopt;
    }
    return leading_double{number, text.substr(size)};
}

#if defined(__cpp_lib_to_chars) && __cpp_lib_to_chars >= 201611L
std::optional<leading_double> read_double(std::string_view text) {
    double number = 0.0;
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || !std::isfinite(number)) {
        return std::nullopt;
    }
    return leading_double{number, {rest, static_cast<std::size_t>(end - rest)}};
}
#else // libc++ up to 19, and Apple's
std::optional<leading_double> read_double(std::string_view text) {
    return read_double_with_strtod(text);
}
#endif

} // namespace netio
