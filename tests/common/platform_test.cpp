#include "common/platform/platform.hpp"
#include "tests/catch.hpp"

#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using netio::platform::thread_processor_time;
using std::chrono::steady_clock;

TEST_CASE("platform: a thread's processor time stands still while it waits for another thread",
          "[platform]") {
    const auto computes_for = [](std::chrono::milliseconds length) {
        const auto begin = thread_processor_time();
        while (thread_processor_time() - begin < length) {
        }
    };
    const auto begin = steady_clock::now();
    const auto processor_begin = thread_processor_time();
    std::thread{computes_for, 50ms}.join();
    CHECK(thread_processor_time() - processor_begin < 25ms);
    computes_for(25ms);
    CHECK(thread_processor_time() - processor_begin >= 25ms);
    CHECK(steady_clock::now() - begin >= 75ms);
}
