#pragma once

#include <chrono>

namespace netio {

/// A stretch of time on the steady clock, which all processes of a machine share.
struct time_span {
    std::chrono::steady_clock::time_point begin;
    std::chrono::steady_clock::time_point end;

    [[nodiscard]] std::chrono::nanoseconds length() const { return end - begin; }
};

} // namespace netio
