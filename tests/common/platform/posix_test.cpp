#include "common/platform/platform.hpp"
#include "tests/catch.hpp"

#include <clocale>
#include <cstdlib>
#include <string>

TEST_CASE("platform: asking for UTF-8 leaves the decimal point as it is", "[platform]") {
    // Where std::from_chars is missing, numbers are read with the decimal point of the locale,
    // which must stay '.': in "de_DE.UTF-8", for example, it is ','.
    ::setenv("LC_ALL", "C.UTF-8", 1);
    CHECK(netio::platform::is_utf8_expected());
    CHECK(std::setlocale(LC_CTYPE, nullptr) == std::string{"C.UTF-8"});
    CHECK(std::setlocale(LC_NUMERIC, nullptr) == std::string{"C"});
}
