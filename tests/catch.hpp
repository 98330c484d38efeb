#pragma once

// Catch2 2.13 and 3.x each have one header that includes everything. Both have the matchers
// that the tests use.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
