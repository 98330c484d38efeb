#include "tests/process.hpp"

#include "tests/support.hpp"

#include <asio/ip/address_v4.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <linux/close_range.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netio::testing {
namespace {

int checked(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return ends;
}

/// @return false when nothing happens for too long.
template <std::size_t N>
bool poll(std::array<pollfd, N>& events) {
    constexpr std::chrono::milliseconds bound = patience;
    return checked(::poll(events.data(), N, static_cast<int>(bound.count())), "poll") > 0;
}

std::chrono::microseconds duration_of(const timeval& time) {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

[[noreturn]] void become(std::vector<std::string>& arguments, const std::function<void()>& prepare,
                         int out, int err) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (prepare) {
        prepare();
    }
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC); // a test's sockets are its own
    std::vector<char*> argv;
    for (auto& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    ::execv(argv.front(), argv.data());
    ::_exit(127);
}

} // namespace

process::process(std::vector<std::string> arguments, std::function<void()> prepare)
    : name_{arguments.front()}
    , is_windows_server_{arguments.size() > 1 && arguments[1].ends_with("server.exe")}
    , has_text_mode_{are_windows_programs() && arguments.size() > 1 &&
                     arguments[1].find("/examples/") != std::string::npos} {
    const auto out = make_pipe();
    const auto err = make_pipe();
    id_ = checked(::fork(), "fork");
    if (id_ == 0) {
        become(arguments, prepare, out[1], err[1]);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_.descriptor = out[0];
    err_.descriptor = err[0];
    exit_event_ = checked(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)), "pidfd_open");
}

process::~process() {
    if (!ended_) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    for (const int descriptor : {out_.descriptor, err_.descriptor, exit_event_}) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

void process::send_signal(int signal) const {
    if (is_windows_server_) {
        // Windows has no SIGTERM. Wine turns SIGINT into Ctrl-C, and ends the program at any other
        // signal. It may lose one that comes while the thread is busy with the system.
        wait_until_idle();
        signal = SIGINT;
    }
    checked(::kill(id_, signal), "kill");
}

/// Waits until the program's first thread has waited for 10 ms.
void process::wait_until_idle() const {
    const auto state = [this] {
        std::ifstream status{"/proc/" + std::to_string(id_) + "/status"};
        std::string lines;
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("State:") || line.find("_switches:") != line.npos) {
                lines += line;
            }
        }
        return lines; // "State: S (sleeping)voluntary_ctxt_switches: ..."
    };
    const auto started = std::chrono::steady_clock::now();
    std::string before;
    for (auto now = state(); now != before || now.find("(sleeping)") == now.npos; now = state()) {
        if (std::chrono::steady_clock::now() - started > patience) {
            fail("was never idle");
        }
        before = std::move(now);
        ::poll(nullptr, 0, 10);
    }
}

void process::close_output() {
    ::close(std::exchange(out_.descriptor, -1));
}

void process::read_some() {
    std::array<pollfd, 2> events{pollfd{out_.descriptor, POLLIN, 0}, // poll() skips a -1
                                 pollfd{err_.descriptor, POLLIN, 0}};
    if (!poll(events)) {
        fail("printed nothing for " + std::to_string(patience.count()) + " s");
    }
    for (auto* const end : {&out_, &err_}) {
        if (events[end == &out_ ? 0 : 1].revents == 0) {
            continue;
        }
        std::array<char, 4096> buffer{};
        const auto size = ::read(end->descriptor, buffer.data(), buffer.size());
        if (size > 0) {
            end->text.append(buffer.data(), static_cast<std::size_t>(size));
            if (has_text_mode_) {
                std::erase(end->text, '\r');
            }
        } else {
            ::close(std::exchange(end->descriptor, -1));
        }
    }
}

std::string process::read_line() {
    auto newline = out_.text.find('\n');
    while (newline == std::string::npos) {
        if (out_.descriptor < 0) {
            fail("ended its output where a line was expected");
        }
        read_some();
        newline = out_.text.find('\n');
    }
    auto line = out_.text.substr(0, newline);
    out_.text.erase(0, newline + 1);
    return line;
}

outcome process::wait() {
    while (out_.descriptor >= 0 || err_.descriptor >= 0) {
        read_some();
    }
    std::array<pollfd, 1> ended{pollfd{exit_event_, POLLIN, 0}};
    if (!poll(ended)) {
        fail("did not end");
    }
    int status = 0;
    rusage usage{};
    checked(::wait4(id_, &status, 0, &usage), "wait4");
    ended_ = true;
    return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
            std::move(out_.text), std::move(err_.text),
            duration_of(usage.ru_utime) + duration_of(usage.ru_stime), usage.ru_maxrss};
}

void process::fail(const std::string& what) const {
    throw std::runtime_error(name_ + " " + what + "; stdout: \"" + out_.text + "\", stderr: \"" +
                             err_.text + "\"");
}

outcome run(std::vector<std::string> arguments, std::function<void()> prepare) {
    process program{std::move(arguments), std::move(prepare)};
    return program.wait();
}

outcome wait_while_serving(asio::io_context& loop, process& program) {
    asio::posix::stream_descriptor ended{loop, ::dup(program.exit_event())};
    ended.async_wait(asio::posix::stream_descriptor::wait_read,
                     [&loop](std::error_code) { loop.stop(); });
    run_to_end(loop);
    return program.wait();
}

server_process::server_process(std::vector<std::string> options, std::function<void()> prepare)
    : process{command("server", std::move(options)), std::move(prepare)} {
    // "Server is running and listening on: 127.0.0.1:40021."
    const auto line = read_line();
    const auto colon = line.rfind(':');
    port_ = line.substr(colon + 1, line.size() - colon - 2);
}

asio::ip::tcp::endpoint server_process::endpoint() const {
    return {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port_))};
}

bool are_windows_programs() {
    return std::string_view{NETIO_EMULATOR}.ends_with("/under_wine");
}

std::size_t fewer_where_slow(std::size_t count) {
    return are_windows_programs() || sanitized ? count / 5 : count;
}

bool is_error_line(const std::string& err, const std::string& program, const std::string& message) {
    return are_windows_programs() ? err.starts_with(program + ": ") && lines_of(err).size() == 1
                                  : err == program + ": " + message + "\n";
}

std::vector<std::string> command(const std::string& program, std::vector<std::string> options) {
    // Programs built for another processor are run by an emulator.
    std::istringstream emulator{NETIO_EMULATOR};
    std::vector<std::string> arguments{std::istream_iterator<std::string>{emulator}, {}};
    const auto* const suffix = are_windows_programs() ? ".exe" : "";
    arguments.push_back(std::string{NETIO_PROGRAMS} + "/" + program + suffix);
    arguments.insert(arguments.end(), options.begin(), options.end());
    return arguments;
}

} // namespace netio::testing
