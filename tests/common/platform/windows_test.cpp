#include "common/platform/platform.hpp"
#include "common/trace.hpp"
#include "tests/catch.hpp"
#include "tests/support.hpp"
#include "tests/temporary_file.hpp"

#include <asio/error.hpp>
#include <asio/signal_set.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>
#include <windows.h>

using namespace std::chrono_literals;
using namespace netio::testing;
namespace platform = netio::platform;

namespace {

/// What Windows says of an error that has no usual name elsewhere.
const std::error_code rare{ERROR_SHARING_VIOLATION, std::system_category()};

struct closed_at_the_end {
    ~closed_at_the_end() { ::CloseHandle(file); }
    HANDLE file;
};

} // namespace

TEST_CASE("windows: common errors have the names that other systems give them", "[platform]") {
    CHECK(platform::message_of(asio::error::connection_refused) == "Connection refused");
    CHECK(platform::message_of(asio::error::address_in_use) == "Address already in use");
    CHECK(platform::message_of(asio::error::eof) == "End of file");
}

TEST_CASE("windows: no message ends in a full stop", "[platform]") {
    const auto text = platform::message_of(rare);
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK(text.find_last_of(". \r\n") != text.size() - 1);
    CHECK(platform::message_of(std::system_error{rare, "open"}) == "open: " + text);
    const std::error_code refused = asio::error::connection_refused;
    CHECK(platform::message_of(std::system_error{refused}) == "Connection refused");
}

TEST_CASE("windows: the name of a trace file is UTF-8", "[platform]") {
    const auto path =
        std::filesystem::temp_directory_path() / L"netio-Gr\u00f6\u00dfe-\u65e5\u672c.json";
    std::filesystem::remove(path);
    const auto name = path.u8string();
    {
        const netio::trace_file trace{{name.begin(), name.end()}, "program"};
    }
    CHECK(std::filesystem::exists(path));
    std::filesystem::remove(path);
}

TEST_CASE("windows: a write comes behind what another program has appended meanwhile",
          "[platform]") {
    const temporary_file file;
    platform::shared_file shared{file.path()};
    CHECK(shared.lock(0ms));
    shared.append("one ");
    const closed_at_the_end other{::CreateFileA(file.path().c_str(), FILE_APPEND_DATA,
                                                FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                                OPEN_EXISTING, 0, nullptr)};
    DWORD written = 0;
    CHECK(::WriteFile(other.file, "two ", 4, &written, nullptr) != 0);
    shared.append("three");
    CHECK(file.text() == "one two three");
}

TEST_CASE("windows: threads that append to one file never tear each other's events", "[platform]") {
    constexpr int threads = 4;
    constexpr int events = 50;
    const temporary_file file;
    {
        std::vector<std::jthread> writers(threads);
        for (auto& writer : writers) {
            writer = std::jthread{[&file] {
                netio::trace_file trace{file.path(), "thread"}; // each has a handle of its own
                for (int i = 0; i < events; ++i) {
                    trace.instant("poll", 1, {});
                    trace.flush();
                }
            }};
        }
    }
    CHECK(trace_events(file).size() == threads * (events + 1));
}

TEST_CASE("windows: a lock is not waited for longer than asked", "[platform]") {
    const temporary_file file;
    platform::shared_file first{file.path()};
    platform::shared_file second{file.path()};
    CHECK(first.lock(0ms));
    CHECK_FALSE(second.lock(10ms));
    CHECK(second.size() == 0); // the lock keeps no program from reading
    first.unlock();
    CHECK(second.lock(10ms));
}

TEST_CASE("windows: Ctrl-C and Ctrl-Break are the signals that stop the server", "[platform]") {
    const auto signals = platform::stop_signals();
    const int signal = GENERATE(SIGINT, SIGBREAK);
    CHECK(std::ranges::find(signals, signal) != signals.end());
    asio::io_context loop{1};
    asio::signal_set stops{loop};
    for (const int each : signals) {
        stops.add(each);
    }
    int told = 0;
    stops.async_wait([&told](std::error_code, int number) { told = number; });
    // The system calls the handlers on a thread that it makes for them.
    if (::GenerateConsoleCtrlEvent(signal == SIGINT ? CTRL_C_EVENT : CTRL_BREAK_EVENT, 0) == 0) {
        WARN("without a console, by raise()");
        std::raise(signal);
    }
    run_to_end(loop);
    CHECK(told == signal);
}
