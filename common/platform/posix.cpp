#include "common/platform/platform.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <clocale>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <langinfo.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <tuple>
#include <unistd.h>

namespace netio::platform {
namespace {

std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

int descriptor_of(standard_stream stream) noexcept {
    return stream == standard_stream::out ? STDOUT_FILENO : STDERR_FILENO;
}

/// A pipe that poll() reports as writable has room for PIPE_BUF bytes. A terminal may have less
/// room, and a write to it would block. So the terminal is opened a second time, in non-blocking
/// mode. (Setting that mode on the given descriptor would affect every program that shares the
/// descriptor, including the shell.)
int opened_without_waiting(int descriptor) noexcept {
    const char* const terminal = ::ttyname(descriptor);
    const int own =
        terminal == nullptr ? -1 : ::open(terminal, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return own < 0 ? descriptor : own;
}

int descriptor_without_waiting(standard_stream stream) noexcept {
    // Both are opened at the first line, while there are free descriptors.
    static const int out = opened_without_waiting(STDOUT_FILENO);
    static const int err = opened_without_waiting(STDERR_FILENO);
    return stream == standard_stream::out ? out : err;
}

bool has_room(int descriptor) noexcept {
    pollfd room{descriptor, POLLOUT, 0};
    return ::poll(&room, 1, 0) > 0;
}

/// Blocks them for the calling thread, and returns what was blocked before.
sigset_t block_stop_signals() noexcept {
    sigset_t signals{};
    sigset_t before{};
    sigemptyset(&signals);
    for (const int signal : stop_signals()) {
        sigaddset(&signals, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &signals, &before);
    return before;
}

/// As many whole lines as fit into one write that a pipe keeps together.
std::string_view next_lines(std::string_view text) noexcept {
    if (text.size() <= PIPE_BUF) {
        return text;
    }
    const auto newline = text.rfind('\n', PIPE_BUF - 1);
    return text.substr(0, newline == text.npos ? PIPE_BUF : newline + 1);
}

} // namespace

std::string message_of(std::error_code error) {
    return error.message();
}

std::string message_of(const std::exception& error) {
    return error.what();
}

std::error_code write_all(standard_stream to, std::string_view text) noexcept {
    const int descriptor = descriptor_of(to);
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EAGAIN) {
            // Another program that shares the terminal or pipe has made it non-blocking.
            pollfd room{descriptor, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            return last_error();
        }
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    return {};
}

void write_if_there_is_room(standard_stream to, std::string_view text) noexcept {
    const int descriptor = descriptor_without_waiting(to);
    while (!text.empty() && has_room(descriptor)) {
        const auto lines = next_lines(text);
        std::ignore = ::write(descriptor, lines.data(), lines.size());
        text.remove_prefix(lines.size());
    }
}

void reserve_standard_descriptors() noexcept {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            // open() takes the lowest free number, which is this one. The access mode is
            // wrong on purpose, so that using the descriptor remains an error.
            std::ignore = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

std::optional<int> terminal_columns() noexcept {
    winsize size{};
    if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0) {
        return std::nullopt;
    }
    return size.ws_col;
}

bool is_utf8_expected() {
    std::setlocale(LC_CTYPE, "");
    return std::string_view{::nl_langinfo(CODESET)} == "UTF-8";
}

void use_utf8_arguments(int& /*argc*/, char**& /*argv*/) {} // nothing better than those of main()

std::uint64_t process_id() noexcept {
    return static_cast<std::uint64_t>(::getpid());
}

void raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    const auto soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        return;
    }
    // macOS reports a hard limit that it does not grant. It grants its OPEN_MAX.
    constexpr rlim_t granted = 10240;
    limit.rlim_cur = std::max(soft, std::min(granted, limit.rlim_max));
    std::ignore = ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint64_t descriptor_limit() noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

std::chrono::nanoseconds thread_processor_time() noexcept {
    std::timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

std::chrono::nanoseconds thread_processor_time_step() noexcept {
    std::timespec step{};
    ::clock_getres(CLOCK_THREAD_CPUTIME_ID, &step);
    return std::chrono::seconds{step.tv_sec} + std::chrono::nanoseconds{step.tv_nsec};
}

void ignore_broken_pipes() noexcept {
    std::ignore = std::signal(SIGPIPE, SIG_IGN);
}

std::span<const int> stop_signals() noexcept {
    static constexpr std::array signals{SIGINT, SIGTERM};
    return signals;
}

void without_stop_signals(const std::function<void()>& create) {
    struct mask {
        sigset_t before = block_stop_signals();
        ~mask() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    };
    const mask blocked;
    create();
}

void hold_back_stop_signals() noexcept {
    block_stop_signals();
}

bool may_reuse_address() noexcept {
    return true;
}

int backlog_argument(int connections) noexcept {
    return connections;
}

int more_follows() noexcept {
#ifdef MSG_MORE
    return MSG_MORE;
#else
    return 0;
#endif
}

bool error_wait_tells_of_resets() noexcept {
#ifdef __linux__
    return true;
#else
    return false; // kqueue
#endif
}

bool loop_is_told() noexcept {
    return false;
}

void reset_on_close(std::intptr_t socket, bool enabled) noexcept {
    const linger without_waiting{enabled ? 1 : 0, 0};
    ::setsockopt(static_cast<int>(socket), SOL_SOCKET, SO_LINGER, &without_waiting,
                 sizeof without_waiting);
}

void check_peer_while_silent(std::intptr_t socket) noexcept {
#ifdef TCP_KEEPIDLE
    constexpr int idle = TCP_KEEPIDLE;
#else
    constexpr int idle = TCP_KEEPALIVE; // its name on macOS
#endif
    const auto set = [socket](int level, int option, int value) {
        ::setsockopt(static_cast<int>(socket), level, option, &value, sizeof value);
    };
    set(IPPROTO_TCP, idle, 2);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set(IPPROTO_TCP, TCP_KEEPCNT, 6);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
}

void claim_address(std::intptr_t /*socket*/) noexcept {}

bool means_address_in_use(std::error_code error) noexcept {
    return error.value() == EADDRINUSE; // see below
}

bool means_address_not_available(std::error_code error) noexcept {
    // Some versions of asio do not know this number of theirs as a std::errc. In no other category
    // of errors, numbers are that high.
    return error.value() == EADDRNOTAVAIL;
}

shared_file::shared_file(const std::string& path)
    // A FIFO without a reader would keep open() waiting: hence O_NONBLOCK. Regular files ignore it.
    : handle_{::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666)} {
    if (handle_ < 0) {
        throw std::system_error(last_error());
    }
    struct stat what{};
    if (::fstat(static_cast<int>(handle_), &what) != 0 || !S_ISREG(what.st_mode)) {
        ::close(static_cast<int>(handle_));
        throw std::runtime_error("it is not a regular file");
    }
}

shared_file::~shared_file() {
    ::close(static_cast<int>(handle_));
}

bool shared_file::lock(std::chrono::milliseconds at_most) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (::flock(static_cast<int>(handle_), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            throw std::system_error(last_error());
        }
        if (std::chrono::steady_clock::now() >= end) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

void shared_file::unlock() noexcept {
    ::flock(static_cast<int>(handle_), LOCK_UN);
}

std::uint64_t shared_file::size() const {
    struct stat what{};
    if (::fstat(static_cast<int>(handle_), &what) != 0) {
        throw std::system_error(last_error());
    }
    return static_cast<std::uint64_t>(what.st_size);
}

std::string shared_file::read(std::uint64_t position, std::size_t count) const {
    std::string text(count, '\0');
    std::size_t size = 0;
    while (size < count) { // Linux reads at most 2 GiB at a time
        const auto more = ::pread(static_cast<int>(handle_), text.data() + size, count - size,
                                  static_cast<off_t>(position + size));
        if (more < 0 && errno != EINTR) {
            throw std::system_error(last_error());
        }
        if (more == 0) {
            break;
        }
        size += static_cast<std::size_t>(std::max<ssize_t>(more, 0));
    }
    text.resize(size);
    return text;
}

void shared_file::cut(std::uint64_t size) {
    if (::ftruncate(static_cast<int>(handle_), static_cast<off_t>(size)) != 0) {
        throw std::system_error(last_error());
    }
}

void shared_file::append(std::string_view text) {
    const auto before = size();
    while (!text.empty()) {
        const auto written = ::write(static_cast<int>(handle_), text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            const auto reason = last_error();
            cut(before);
            throw std::system_error(reason);
        }
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
}

} // namespace netio::platform
