#include "benchmarks/when/cost.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <fstream>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <type_traits>
#include <unistd.h>

namespace netio::when {
namespace {

using std::chrono::steady_clock;

/// The system's own memory that depends on what programs do, in MiB.
double kernel_memory() {
    std::ifstream file{"/proc/meminfo"};
    double sum = 0.0;
    double kib = 0.0;
    std::string rest;
    for (std::string name; file >> name >> kib && std::getline(file, rest);) {
        if (name == "Slab:" || name == "KernelStack:" || name == "PageTables:") {
            sum += kib;
        }
    }
    return sum / 1024;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

rusage usage_of_self() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage;
}

double percentile(std::vector<double> values, double part) {
    if (values.empty()) {
        return 0.0;
    }
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

void do_and_measure(const std::function<outcome()>& work, own_cost& found) {
    const auto before = usage_of_self();
    const auto started = steady_clock::now();
    const auto done = work();
    found.time = std::chrono::duration<double>{steady_clock::now() - started}.count();
    const auto after = usage_of_self();
    found.processor_time = seconds(after.ru_utime) + seconds(after.ru_stime) -
                           seconds(before.ru_utime) - seconds(before.ru_stime);
    found.resident = static_cast<double>(after.ru_maxrss) / 1024;
    found.context_switches = after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw;
    found.total = done.total;
    found.count = done.count;
    found.median_delay = percentile(done.delays, 0.5);
    found.long_delay = percentile(done.delays, 0.99);
}

/// What the child does. It may not return: the objects of this process are not the child's.
[[noreturn]] void run_child(const std::function<void(own_cost&)>& work, int pipe) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // ends this process when its parent is killed
    own_cost found;
    try {
        work(found);
    } catch (const std::exception& error) {
        std::strncpy(found.error.data(), error.what(), found.error.size() - 1);
    }
    static_cast<void>(!::write(pipe, &found, sizeof found));
    ::_exit(EXIT_SUCCESS);
}

/// Waits until there is something to read, and meanwhile looks at the system's memory.
///
/// @return the greatest value seen.
double watch_memory(int pipe) {
    constexpr int pause = 20; // ms
    double most = kernel_memory();
    pollfd readable{pipe, POLLIN, 0};
    for (int looks = 0; ::poll(&readable, 1, pause) == 0; ++looks) {
        if (looks * pause > 120'000) {
            throw std::runtime_error("some work did not end within two minutes");
        }
        most = std::max(most, kernel_memory());
    }
    return most;
}

/// A process of its own that does some work.
class child {
public:
    explicit child(const std::function<void(own_cost&)>& work) {
        std::array<int, 2> ends{};
        id_ = ::pipe(ends.data()) == 0 ? ::fork() : -1;
        if (id_ < 0) {
            throw std::system_error(errno, std::system_category(), "cannot start a process");
        }
        if (id_ == 0) {
            run_child(work, ends[1]);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
    }
    ~child() {
        ::close(pipe_);
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    [[nodiscard]] cost wait() const {
        static_assert(std::is_trivially_copyable_v<own_cost>);
        const double most = watch_memory(pipe_);
        cost found;
        if (::read(pipe_, static_cast<own_cost*>(&found), sizeof(own_cost)) != sizeof(own_cost)) {
            throw std::runtime_error("a process ended before its work was done");
        }
        found.kernel = most - before_;
        return found;
    }

private:
    double before_ = kernel_memory();
    pid_t id_ = -1;
    int pipe_ = -1;
};

} // namespace

cost measure(const std::function<outcome()>& work, std::optional<int> core) {
    const child process{[&](own_cost& found) {
        if (core) {
            run_only_on(*core);
        }
        do_and_measure(work, found);
    }};
    const auto found = process.wait();
    if (found.error.front() != '\0') {
        throw std::runtime_error(found.error.data());
    }
    return found;
}

cost find_limit(const std::function<void(std::uint64_t& count)>& raise) {
    const child process{[&](own_cost& found) {
        raise(found.count);
    }};
    return process.wait();
}

void run_only_on(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(static_cast<std::size_t>(core), &cores);
    if (::sched_setaffinity(0, sizeof cores, &cores) != 0) {
        throw std::system_error(errno, std::system_category(), "cannot choose a core");
    }
}

std::vector<int> usable_cores() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    ::sched_getaffinity(0, sizeof cores, &cores);
    std::vector<int> found;
    for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(core, &cores)) {
            found.push_back(static_cast<int>(core));
        }
    }
    return found;
}

} // namespace netio::when
