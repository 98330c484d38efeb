#pragma once

#include "tests/lines.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace netio::testing {

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
    void wait_until_idle() const;
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_;
    bool is_windows_server_;
    bool has_text_mode_; ///< Windows ends the program's lines in CR LF
    pid_t id_ = -1;
    int exit_event_ = -1; ///< a pidfd
    bool ended_ = false;
    pipe_end out_;
    pipe_end err_;
};

/// Runs a program to its end.
[[nodiscard]] outcome run(std::vector<std::string> arguments, std::function<void()> prepare = {});

/// Runs @p loop, where the test's own server lives, until @p program has ended.
///
/// The program's output is not read meanwhile, so the program must print little.
[[nodiscard]] outcome wait_while_serving(asio::io_context& loop, process& program);

/// The real server, with the given options. Waits until the server listens.
class server_process : public process {
public:
    explicit server_process(std::vector<std::string> options, std::function<void()> prepare = {});

    [[nodiscard]] const std::string& port() const { return port_; }
    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const;

private:
    std::string port_;
};

/// Whether the programs that command() names are for Windows, and run under Wine.
[[nodiscard]] bool are_windows_programs();

/// How many requests or connections a test makes: @p count, or a fifth of it under Wine and with
/// sanitizers, which take several times as long for each.
[[nodiscard]] std::size_t fewer_where_slow(std::size_t count);

/// Whether @p err is one line: "program: message". Windows has messages of its own, so there any
/// message will do.
[[nodiscard]] bool is_error_line(const std::string& err, const std::string& program,
                                 const std::string& message);

/// The arguments that start a program ("server", "serial_client", "async_client") with the given
/// options. The program is one of this build, unless NETIO_PROGRAMS_FOLDER names that of another.
[[nodiscard]] std::vector<std::string> command(const std::string& program,
                                               std::vector<std::string> options);

} // namespace netio::testing
