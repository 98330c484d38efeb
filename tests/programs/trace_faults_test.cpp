// What --trace does with files that cannot hold a trace, on a full disk, and after a kill.

#include "tests/catch.hpp"
#include "tests/json.hpp"
#include "tests/process.hpp"
#include "tests/temporary_file.hpp"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace netio::testing;

namespace {

/// The size at which the file is full: behind the first event, in the middle of another one.
constexpr std::size_t room = 1000;

/// What a program does at the end of the room.
enum class end_of_room { write_fails, program_is_killed };

/// Limits the size of the files that a program writes, instead of filling a disk.
std::function<void()> with_limited_room(end_of_room end) {
    return [end] {
        const rlimit limit{room, room};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const rlimit no_core_file{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core_file);
        std::signal(SIGXFSZ, end == end_of_room::write_fails ? SIG_IGN : SIG_DFL);
    };
}

/// What the system says then.
std::string no_room() {
    return are_windows_programs() ? "General failure" : "File too large"; // Wine's words
}

std::vector<std::string> asking(const server_process& server, const temporary_file& trace) {
    return {"--port",     server.port(), "--samples", "1e6",
            "--requests", "20",          "--trace",   trace.path()};
}

/// Another run, with room for its events.
void check_that_the_next_program_appends(const server_process& server, const temporary_file& trace,
                                         const std::string& program) {
    CHECK(run(command(program, asking(server, trace))).status == 0);
    const auto events = trace_events(trace);
    CHECK(events.size() > 1 + 20);
    for (const auto& event : events) {
        CHECK(event["pid"].number() > 0);
    }
}

} // namespace

TEST_CASE("trace: what is no regular file is an error before any work", "[trace]") {
    const auto* const program = GENERATE("server", "serial_client", "async_client");
    const temporary_file fifo;
    std::filesystem::remove(fifo.path());
    REQUIRE(::mkfifo(fifo.path().c_str(), 0600) == 0);
    // /dev/stdout is a pipe here, as `>(...)` is one in a shell.
    for (const auto& path : {fifo.path(), std::string{"/dev/stdout"}, std::string{"/dev/null"}}) {
        const auto end = run(command(program, {"--port", "1", "--trace", path}));
        CHECK(end.status == 1);
        CHECK(end.out.empty());
        CHECK(end.err ==
              std::string{program} + ": cannot write " + path + ": it is not a regular file\n");
    }
}

TEST_CASE("trace: when the disk is full, a client says so and leaves whole events", "[trace]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto* const program = GENERATE("serial_client", "async_client");
    const temporary_file file;
    const auto end =
        run(command(program, asking(server, file)), with_limited_room(end_of_room::write_fails));
    CHECK(end.status == 1);
    CHECK(end.out.find("Total time elapsed") != std::string::npos);
    CHECK(end.err ==
          std::string{program} + ": cannot write " + file.path() + ": " + no_room() + "\n");
    CHECK(trace_events(file).size() == 1);
    check_that_the_next_program_appends(server, file, program);
}

TEST_CASE("trace: when the disk is full, the server serves on without a trace", "[trace]") {
    const temporary_file file;
    server_process server{{"--port", "0", "--samples", "10", "--trace", file.path()},
                          with_limited_room(end_of_room::write_fails)};
    const auto end = run(
        command("serial_client", {"--port", server.port(), "--samples", "10", "--requests", "20"}));
    CHECK(end.status == 0);
    server.send_signal(SIGTERM);
    const auto stopped = server.wait();
    CHECK(stopped.status == 0);
    CHECK(stopped.err ==
          "server: cannot write " + file.path() + ": " + no_room() + "; the trace ends here\n");
    CHECK(trace_events(file).size() > 1);
    CHECK(trace_events(file).size() < 1 + 20);
}

// Windows has no signal that ends a program in the middle of a write.
TEST_CASE("trace: what a program that is killed in the middle of a write leaves is mended by the "
          "next program",
          "[trace][posix]") {
    const server_process server{{"--port", "0", "--samples", "10"}};
    const auto* const program = GENERATE("serial_client", "async_client");
    const temporary_file file;
    const auto end = run(command(program, asking(server, file)),
                         with_limited_room(end_of_room::program_is_killed));
    CHECK(end.status == 128 + SIGXFSZ);
    CHECK(file.text().size() == room);
    check_that_the_next_program_appends(server, file, program);
}

// Windows does not share its locks with Linux.
TEST_CASE("trace: a program that is stopped while it holds the lock does not stop the others",
          "[trace][slow][posix]") { // waits for the lock in vain
    const temporary_file file;
    server_process server{{"--port", "0", "--samples", "10", "--trace", file.path()}};
    const auto before = file.text();
    const int stopped_program = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(::flock(stopped_program, LOCK_EX) == 0);

    process client{command("serial_client", asking(server, file))};
    const auto untraced =
        run(command("serial_client", {"--port", server.port(), "--samples", "10"}));
    CHECK(untraced.status == 0);
    const auto refused = client.wait();
    CHECK(refused.status == 1);
    CHECK(refused.out.empty());
    CHECK(refused.err ==
          "serial_client: cannot write " + file.path() + ": another program has locked it\n");
    server.send_signal(SIGTERM);
    const auto end = server.wait();
    CHECK(end.status == 0);
    CHECK(end.err == "server: cannot write " + file.path() +
                         ": another program has locked it; the trace ends here\n");
    CHECK(file.text() == before);
    ::close(stopped_program);
}
