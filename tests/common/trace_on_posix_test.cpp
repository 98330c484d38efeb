#include "common/trace.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_file.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using netio::trace_file;
using netio::testing::temporary_file;
using netio::testing::trace_events;
using std::chrono::steady_clock;

namespace {

constexpr steady_clock::time_point start{5s};

} // namespace

TEST_CASE("trace: processes that append at the same time never tear each other's events",
          "[trace]") {
    constexpr int processes = 8;
    constexpr int events = 200;
    const temporary_file file;
    for (int i = 0; i < processes; ++i) {
        if (::fork() == 0) {
            try {
                trace_file trace{file.path(), "child"};
                for (int k = 0; k < events; ++k) {
                    trace.instant("poll", 1, start);
                    trace.flush();
                }
            } catch (const std::exception&) {
                ::_exit(1);
            }
            ::_exit(0);
        }
    }
    for (int i = 0; i < processes; ++i) {
        int status = -1;
        REQUIRE(::wait(&status) > 0);
        CHECK(status == 0);
    }
    CHECK(trace_events(file).size() == processes * (events + 1));
}

TEST_CASE("trace: only a regular file is taken, so that no program reads what it writes",
          "[trace]") {
    const temporary_file file;
    std::filesystem::remove(file.path());
    REQUIRE(::mkfifo(file.path().c_str(), 0600) == 0);
    CHECK_THROWS_WITH((trace_file{file.path(), "program"}),
                      Catch::Matchers::EndsWith("it is not a regular file"));
}
