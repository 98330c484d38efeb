#pragma once

#include "tests/lines.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace netio::testing {

/// The longest time that a test waits for anything: an upper bound, never reached normally.
inline constexpr std::chrono::seconds patience{60};

/// How a program ended, and the output that the test had not read before.
struct outcome {
    int status = 0; ///< exit status, or 128 + the number of the signal that ended the program
    std::string out;
    std::string err;
    std::chrono::microseconds processor_time{0};
    long peak_memory = 0; ///< KiB; at least what the test program itself held at the start
};

/// A real program, run as a child process with pipes for stdout and stderr.
///
/// Every wait is bounded. A wait that takes too long throws std::runtime_error, which fails the
/// test case.
class process {
public:
    /// @param arguments the program's path first.
    /// @param prepare   runs in the child before the program, to set limits or descriptors.
    explicit process(std::vector<std::string> arguments, std::function<void()> prepare = {});

    /// Kills the program if it is still running.
    ~process();

    process(const process&) = delete;
    process& operator=(const process&) = delete;

    /// The next line of stdout, without its newline.
    [[nodiscard]] std::string read_line();

    /// Waits for the program to end.
    [[nodiscard]] outcome wait();

    /// Closes the reading end of stdout: the program's next write to stdout fails.
    void close_output();

    void send_signal(int signal) const;
    [[nodiscard]] pid_t id() const { return id_; }

    /// A descriptor that is readable once the program has ended.
    [[nodiscard]] int exit_event() const { return exit_event_; }

private:
    struct pipe_end {
        int descriptor = -1; ///< -1 after the end of the stream
        std::string text;    ///< read, not yet handed out
    };
    void read_some(); ///< from either pipe
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_;
    pid_t id_ = -1;
    int exit_event_ = -1; ///< a pidfd
    bool ended_ = false;
    pipe_end out_;
    pipe_end err_;
};

/// Runs a program to its end.
[[nodiscard]] outcome run(std::vector<std::string> arguments, std::function<void()> prepare = {});

/// The real server, with the given options. Waits until the server listens.
class server_process : public process {
public:
    explicit server_process(std::vector<std::string> options, std::function<void()> prepare = {});

    [[nodiscard]] const std::string& port() const { return port_; }

private:
    std::string port_;
};

/// The arguments that start a program of this build ("server", "serial_client",
/// "async_client") with the given options.
[[nodiscard]] std::vector<std::string> command(const std::string& program,
                                               std::vector<std::string> options);

} // namespace netio::testing
