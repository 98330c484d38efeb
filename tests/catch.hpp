#pragma once

// Catch2 2.13 has one header, 3.x another that includes all; both have the
// matchers that the tests use.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
