#pragma once

#include <asio/ip/address_v4.hpp>
#include <asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace netio::benchmarks {

/// Tells the parent process on which port the child's server listens.
using report_port = std::function<void(std::uint16_t)>;

/// A server in a child process, which lives as long as this object.
class child {
public:
    explicit child(const std::function<void(const report_port&)>& serve) {
        std::array<int, 2> ends{};
        id_ = ::pipe(ends.data()) == 0 ? ::fork() : -1;
        if (id_ < 0) {
            throw std::system_error(errno, std::system_category(), "cannot start a server");
        }
        if (id_ == 0) {
            run(serve, ends[1]);
        }
        ::close(ends[1]);
        const auto size = ::read(ends[0], &port_, sizeof port_);
        ::close(ends[0]);
        if (size != sizeof port_) {
            throw std::runtime_error("a server did not start");
        }
    }
    ~child() {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const {
        return {asio::ip::address_v4::loopback(), port_};
    }

    /// The processor time that the child has used so far, in seconds.
    [[nodiscard]] double processor_time() const {
        clockid_t clock{};
        timespec used{};
        ::clock_getcpuclockid(id_, &clock);
        ::clock_gettime(clock, &used);
        return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
    }

private:
    [[noreturn]] static void run(const std::function<void(const report_port&)>& serve, int pipe) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // ends this child when its parent is killed
        ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO); // the server's log
        try {
            serve([pipe](std::uint16_t port) {
                static_cast<void>(!::write(pipe, &port, sizeof port));
            });
        } catch (const std::exception& error) {
            fmt::print(stderr, "server_load: {}\n", error.what());
        }
        ::_exit(EXIT_FAILURE); // a working server runs until it is killed
    }

    pid_t id_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace netio::benchmarks
