#include "common/read_double.hpp"

#include "common/random/strict_arithmetic.hpp"

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <system_error>

namespace netio {
namespace {

/// The end of the digits that begin at @p start; @p start itself if there are none.
std::size_t end_of_digits(std::string_view text, std::size_t start) {
    return std::min(text.find_first_not_of("0123456789", start), text.size());
}

/// The end of the mantissa: "-1.5" in "-1.5e7". 0 if there is no mantissa.
std::size_t end_of_mantissa(std::string_view text) {
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    const auto point = end_of_digits(text, first);
    if (!text.substr(point).starts_with('.')) {
        return point > first ? point : 0;
    }
    const auto end = end_of_digits(text, point + 1);
    return end > first + 1 ? end : 0;
}

/// The end of the exponent that begins at @p start; @p start itself if there is none. An "e"
/// without digits is not an exponent.
std::size_t end_of_exponent(std::string_view text, std::size_t start) {
    const auto exponent = text.substr(start);
    if (!exponent.starts_with('e') && !exponent.starts_with('E')) {
        return start;
    }
    const auto sign = exponent.substr(1, 1);
    const auto digits = start + (sign == "+" || sign == "-" ? 2 : 1);
    const auto end = end_of_digits(text, digits);
    return end > digits ? end : start;
}

} // namespace

std::optional<leading_double> read_double_with_strtod(std::string_view text) {
    const auto mantissa_end = end_of_mantissa(text);
    if (mantissa_end == 0) {
        return std::nullopt;
    }
    const auto end = end_of_exponent(text, mantissa_end);

    // strtod() also reads other formats, so it gets only the decimal number that was found. It
    // expects the locale's decimal point, so that replaces the '.'.
    std::string decimal{text.substr(0, end)};
    if (const auto point = decimal.find('.'); point != decimal.npos) {
        decimal.replace(point, 1, std::localeconv()->decimal_point);
    }
    const double number = std::strtod(decimal.c_str(), nullptr);

    const auto mantissa = text.substr(0, mantissa_end);
    const bool is_zero = mantissa.find_first_of("123456789") == mantissa.npos;
    if (!std::isfinite(number) || (number == 0.0 && !is_zero)) {
        return std::nullopt;
    }
    return leading_double{number, text.substr(end)};
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
