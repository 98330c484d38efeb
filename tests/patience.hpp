#pragma once

#include <chrono>

namespace netio::testing {

/// The longest time that a test waits for anything: an upper bound, never reached normally.
inline constexpr std::chrono::seconds patience{60};

} // namespace netio::testing
