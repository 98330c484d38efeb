#include "common/platform/platform.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

// Each needs the ones before it.
// clang-format off
#include <winsock2.h>
#include <windows.h>
#include <shellapi.h>
// clang-format on

namespace netio::platform {
namespace {

using namespace std::chrono_literals;

std::error_code last_error() noexcept {
    return {static_cast<int>(::GetLastError()), std::system_category()};
}

int as_int(std::size_t size) noexcept {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

std::wstring to_utf16(std::string_view text) {
    const int size = as_int(text.size());
    std::wstring wide(text.size(), L'\0'); // UTF-16 never takes more units than UTF-8
    const int used = ::MultiByteToWideChar(CP_UTF8, 0, text.data(), size, wide.data(), size);
    wide.resize(static_cast<std::size_t>(used));
    return wide;
}

struct local_free {
    void operator()(void* memory) const noexcept { ::LocalFree(memory); }
};

std::string to_utf8(std::wstring_view wide) {
    std::string text(3 * wide.size(), '\0'); // UTF-8 takes at most 3 bytes for a unit of UTF-16
    const int used = ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), as_int(wide.size()),
                                           text.data(), as_int(text.size()), nullptr, nullptr);
    text.resize(static_cast<std::size_t>(used));
    return text;
}

HANDLE handle_of(standard_stream stream) noexcept {
    return ::GetStdHandle(stream == standard_stream::out ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
}

bool is_console(HANDLE handle) noexcept {
    DWORD mode = 0;
    return ::GetConsoleMode(handle, &mode) != 0;
}

/// A console takes Unicode. Its code page, which all programs in it share, need not be changed.
std::error_code write_to_console(HANDLE console, std::string_view text) {
    const auto wide = to_utf16(text);
    for (std::wstring_view left = wide; !left.empty();) {
        constexpr std::size_t most = 8192; // older systems refuse to write much more at a time
        DWORD written = 0;
        const auto size = static_cast<DWORD>(std::min(left.size(), most));
        if (::WriteConsoleW(console, left.data(), size, &written, nullptr) == 0) {
            return last_error();
        }
        left.remove_prefix(written);
    }
    return {};
}

std::error_code write_bytes(HANDLE handle, std::string_view text) noexcept {
    while (!text.empty()) {
        DWORD written = 0;
        if (::WriteFile(handle, text.data(), static_cast<DWORD>(as_int(text.size())), &written,
                        nullptr) == 0) {
            return last_error();
        }
        text.remove_prefix(written);
        if (written == 0) { // a pipe that another program has set not to wait, and that is full
            ::Sleep(1);
        }
    }
    return {};
}

std::error_code write_now(standard_stream to, std::string_view text) noexcept {
    try {
        const HANDLE handle = handle_of(to);
        return is_console(handle) ? write_to_console(handle, text) : write_bytes(handle, text);
    } catch (const std::bad_alloc&) {
        return std::make_error_code(std::errc::not_enough_memory);
    }
}

/// Writes to a stream on a thread of its own.
///
/// The system does not tell how much room a pipe has, and a write to a console waits while the user
/// selects text there. So this thread waits in place of the one that calls add().
class background_writer {
public:
    explicit background_writer(standard_stream to)
        : to_{to} {
        std::thread{[this] {
            run();
        }}.detach();
    }

    /// Lines for which there is no room are lost.
    void add(std::string_view text) {
        const std::scoped_lock lock{mutex_};
        if (const auto room = most - waiting_.size(); text.size() > room) {
            text = text.substr(0, text.substr(0, room).rfind('\n') + 1);
        }
        waiting_ += text;
        changed_.notify_all();
    }

    /// Waits until all has been written, but not for long.
    void finish() {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, 2s, [this] { return waiting_.empty() && !is_writing_; });
    }

private:
    static constexpr std::size_t most = 65536; // bytes: as many as a pipe holds on Linux

    [[noreturn]] void run() {
        std::unique_lock lock{mutex_};
        while (true) {
            changed_.wait(lock, [this] { return !waiting_.empty(); });
            const auto text = std::exchange(waiting_, {});
            is_writing_ = true;
            lock.unlock();
            std::ignore = write_now(to_, text);
            lock.lock();
            is_writing_ = false;
            changed_.notify_all();
        }
    }

    standard_stream to_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string waiting_;
    bool is_writing_ = false;
};

/// The writers of stdout and stderr, once they exist. They are never destroyed, because their
/// threads may still wait for a reader when the program ends.
std::array<std::atomic<background_writer*>, 2> background_writers{};

auto& background_writer_of(standard_stream stream) noexcept {
    return background_writers[stream == standard_stream::out ? 0 : 1];
}

void finish_background_writing() {
    for (auto& writer : background_writers) {
        if (auto* const existing = writer.load()) {
            existing->finish();
        }
    }
}

/// What other systems call these errors. Windows has longer texts, in the user's language.
std::string_view common_name_of(int error) noexcept {
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return "No such file or directory";
    case ERROR_ACCESS_DENIED:
    case WSAEACCES:
        return "Permission denied";
    case ERROR_INVALID_HANDLE:
        return "Bad file descriptor";
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return "No space left on device";
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
        return "Broken pipe";
    case ERROR_CONNECTION_REFUSED:
    case WSAECONNREFUSED:
        return "Connection refused";
    case WSAECONNRESET:
    case ERROR_NETNAME_DELETED:
        return "Connection reset by peer";
    case WSAECONNABORTED:
    case ERROR_CONNECTION_ABORTED:
        return "Software caused connection abort";
    case WSAHOST_NOT_FOUND:
        return "Host not found (authoritative)";
    case WSAEHOSTUNREACH:
    case ERROR_HOST_UNREACHABLE:
        return "No route to host";
    case WSAEADDRINUSE:
        return "Address already in use";
    case WSAEADDRNOTAVAIL:
        return "Cannot assign requested address";
    case WSAETIMEDOUT:
    case ERROR_SEM_TIMEOUT:
        return "Connection timed out";
    case WSAENETUNREACH:
    case ERROR_NETWORK_UNREACHABLE:
        return "Network is unreachable";
    case WSAEMFILE:
        return "Too many open files";
    default:
        return "";
    }
}

/// Windows' own text, in the user's language; empty if Windows has none.
std::string text_of_windows(int error) {
    std::array<wchar_t, 1024> text{};
    const DWORD size = ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                            FORMAT_MESSAGE_MAX_WIDTH_MASK,
                                        nullptr, static_cast<DWORD>(error), 0, text.data(),
                                        static_cast<DWORD>(text.size()), nullptr);
    auto message = to_utf8({text.data(), size});
    message.erase(message.find_last_not_of(" .") + 1);
    if (constexpr std::string_view ideographic = "\xe3\x80\x82"; message.ends_with(ideographic)) {
        message.erase(message.size() - ideographic.size());
    }
    return message;
}

LARGE_INTEGER as_large(std::uint64_t number) noexcept {
    LARGE_INTEGER large{};
    large.QuadPart = static_cast<LONGLONG>(number);
    return large;
}

OVERLAPPED at_position(std::uint64_t position) noexcept {
    const auto split = as_large(position);
    OVERLAPPED place{};
    place.Offset = split.u.LowPart;
    place.OffsetHigh = static_cast<DWORD>(split.u.HighPart);
    return place;
}

/// The byte that is locked. Locks keep other programs from reading what is locked, so it lies far
/// beyond the end of any file.
OVERLAPPED place_of_lock() noexcept {
    return at_position(std::uint64_t{1} << 62);
}

/// The end of the file at the moment of the write, even if another program has just appended: as
/// if the file had been opened with FILE_APPEND_DATA, which does not allow to cut it.
OVERLAPPED end_of_file() noexcept {
    return at_position(std::numeric_limits<std::uint64_t>::max());
}

HANDLE as_handle(std::intptr_t handle) noexcept {
    return reinterpret_cast<HANDLE>(handle); // NOLINT(performance-no-int-to-ptr)
}

std::chrono::nanoseconds as_duration(const FILETIME& time) noexcept {
    const auto ticks = (std::uint64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime;
    return std::chrono::nanoseconds{100 * static_cast<std::int64_t>(ticks)};
}

} // namespace

std::error_code write_all(standard_stream to, std::string_view text) noexcept {
    if (auto* const writer = background_writer_of(to).load()) {
        writer->finish(); // so that the lines keep their order
    }
    return write_now(to, text);
}

void write_if_there_is_room(standard_stream to, std::string_view text) noexcept {
    try {
        static std::mutex creation;
        const std::scoped_lock lock{creation};
        auto& writer = background_writer_of(to);
        if (writer == nullptr) {
            writer = new background_writer{to};
            static const int registered = std::atexit(finish_background_writing);
            std::ignore = registered;
        }
        writer.load()->add(text);
    } catch (const std::exception& lost) {
        std::ignore = lost; // no thread, or no memory
    }
}

void reserve_standard_descriptors() noexcept {
    // Windows does not give the number of a closed stream to the next file or socket: the handles
    // of the standard streams have a place of their own, which then is empty.
}

std::optional<int> terminal_columns() noexcept {
    CONSOLE_SCREEN_BUFFER_INFO console{};
    if (::GetConsoleScreenBufferInfo(handle_of(standard_stream::out), &console) == 0) {
        return std::nullopt;
    }
    return console.srWindow.Right - console.srWindow.Left + 1;
}

bool is_utf8_expected() {
    if (is_console(handle_of(standard_stream::out)) || ::GetConsoleOutputCP() == CP_UTF8) {
        return true;
    }
    // The terminals of MSYS2 and Git are pipes to a Windows program. They set a locale.
    for (const auto* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* const locale = std::getenv(name);
        if (locale != nullptr && *locale != '\0') {
            return std::string_view{locale}.ends_with("UTF-8");
        }
    }
    return false;
}

std::string message_of(std::error_code error) {
    const std::string_view category = error.category().name();
    if (category != "system" && category != "asio.system") {
        return error.message();
    }
    if (const auto name = common_name_of(error.value()); !name.empty()) {
        return std::string{name};
    }
    const auto text = text_of_windows(error.value());
    return text.empty() ? error.message() : text;
}

std::string message_of(const std::exception& error) {
    std::string text = error.what();
    const auto* const of_system = dynamic_cast<const std::system_error*>(&error);
    if (of_system != nullptr) {
        const auto& message = of_system->code().message();
        if (text.ends_with(message)) {
            text.replace(text.size() - message.size(), message.size(),
                         message_of(of_system->code()));
        }
    }
    return text;
}

void use_utf8_arguments(int& argc, char**& argv) {
    // Never freed: the program may refer to them until it ends.
    static std::vector<std::string> arguments;
    static std::vector<char*> pointers;
    int count = 0;
    const std::unique_ptr<wchar_t*, local_free> wide{
        ::CommandLineToArgvW(::GetCommandLineW(), &count)};
    if (wide == nullptr) {
        return;
    }
    for (int i = 0; i < count; ++i) {
        arguments.push_back(to_utf8(wide.get()[i]));
    }
    for (auto& argument : arguments) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    argc = count;
    argv = pointers.data();
}

std::uint64_t process_id() noexcept {
    return ::GetCurrentProcessId();
}

void raise_descriptor_limit() noexcept {} // Windows has no limit below the one that follows

std::uint64_t descriptor_limit() noexcept {
    return std::uint64_t{1} << 24; // handles in a process
}

std::chrono::nanoseconds thread_processor_time() noexcept {
    FILETIME created{};
    FILETIME ended{};
    FILETIME kernel{};
    FILETIME user{};
    ::GetThreadTimes(::GetCurrentThread(), &created, &ended, &kernel, &user);
    return as_duration(kernel) + as_duration(user);
}

std::chrono::nanoseconds thread_processor_time_step() noexcept {
    return 15'625us; // GetThreadTimes() counts ticks of the system's timer: usually 64 in a second
}

void ignore_broken_pipes() noexcept {} // they end no process on Windows

std::span<const int> stop_signals() noexcept {
    // Ctrl-C and Ctrl-Break. No program can send another the signal SIGTERM.
    static constexpr std::array signals{SIGINT, SIGBREAK};
    return signals;
}

void without_stop_signals(const std::function<void()>& create) {
    create();
}

void hold_back_stop_signals() noexcept {
    // The handler that was added last is asked first.
    ::SetConsoleCtrlHandler(
        [](DWORD event) -> BOOL { return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT; },
        TRUE);
}

bool may_reuse_address() noexcept {
    return false;
}

int backlog_argument(int connections) noexcept {
    // Windows takes 200 at most, unless the number is negative. (The macro SOMAXCONN_HINT, which
    // makes it so, is missing in some headers.)
    return -connections;
}

int more_follows() noexcept {
    return 0;
}

bool error_wait_tells_of_resets() noexcept {
    return false;
}

bool loop_is_told() noexcept {
    return true;
}

void reset_on_close(std::intptr_t socket, bool enabled) noexcept {
    const linger without_waiting{static_cast<u_short>(enabled ? 1 : 0), 0};
    ::setsockopt(static_cast<SOCKET>(socket), SOL_SOCKET, SO_LINGER,
                 reinterpret_cast<const char*>(&without_waiting), sizeof without_waiting);
}

void check_peer_while_silent(std::intptr_t socket) noexcept {
    const auto set = [socket](int level, int option, DWORD value) {
        ::setsockopt(static_cast<SOCKET>(socket), level, option,
                     reinterpret_cast<const char*>(&value), sizeof value);
    };
    // Windows 10 has these options from release 1709 on. Some headers lack the first two.
    constexpr int idle = 3;      // TCP_KEEPIDLE
    constexpr int count = 16;    // TCP_KEEPCNT
    constexpr int interval = 17; // TCP_KEEPINTVL
    set(IPPROTO_TCP, idle, 2);
    set(IPPROTO_TCP, interval, 5);
    set(IPPROTO_TCP, count, 6);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
}

void claim_address(std::intptr_t socket) noexcept {
    const BOOL exclusive = TRUE;
    ::setsockopt(static_cast<SOCKET>(socket), SOL_SOCKET, SO_EXCLUSIVEADDRUSE,
                 reinterpret_cast<const char*>(&exclusive), sizeof exclusive);
}

bool means_address_in_use(std::error_code error) noexcept {
    // The latter if the other socket has claimed the address, or Windows has reserved the port.
    return error.value() == WSAEADDRINUSE || error.value() == WSAEACCES;
}

bool means_address_not_available(std::error_code error) noexcept {
    return error.value() == WSAEADDRNOTAVAIL;
}

shared_file::shared_file(const std::string& path)
    : handle_{reinterpret_cast<std::intptr_t>(
          ::CreateFileW(to_utf16(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                        OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr))} {
    if (as_handle(handle_) == INVALID_HANDLE_VALUE) {
        throw std::system_error(last_error());
    }
    if (::GetFileType(as_handle(handle_)) != FILE_TYPE_DISK) {
        ::CloseHandle(as_handle(handle_));
        throw std::runtime_error("it is not a regular file");
    }
}

shared_file::~shared_file() {
    ::CloseHandle(as_handle(handle_));
}

bool shared_file::lock(std::chrono::milliseconds at_most) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    auto place = place_of_lock();
    while (::LockFileEx(as_handle(handle_), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0,
                        1, 0, &place) == 0) {
        if (::GetLastError() != ERROR_LOCK_VIOLATION) {
            throw std::system_error(last_error());
        }
        if (std::chrono::steady_clock::now() >= end) {
            return false;
        }
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

void shared_file::unlock() noexcept {
    auto place = place_of_lock();
    ::UnlockFileEx(as_handle(handle_), 0, 1, 0, &place);
}

std::uint64_t shared_file::size() const {
    LARGE_INTEGER size{};
    if (::GetFileSizeEx(as_handle(handle_), &size) == 0) {
        throw std::system_error(last_error());
    }
    return static_cast<std::uint64_t>(size.QuadPart);
}

std::string shared_file::read(std::uint64_t position, std::size_t count) const {
    std::string text(count, '\0');
    std::size_t size = 0;
    while (size < count) {
        auto place = at_position(position + size);
        DWORD more = 0;
        if (::ReadFile(as_handle(handle_), text.data() + size,
                       static_cast<DWORD>(as_int(count - size)), &more, &place) == 0 &&
            ::GetLastError() != ERROR_HANDLE_EOF) {
            throw std::system_error(last_error());
        }
        if (more == 0) {
            break;
        }
        size += more;
    }
    text.resize(size);
    return text;
}

void shared_file::cut(std::uint64_t size) {
    if (::SetFilePointerEx(as_handle(handle_), as_large(size), nullptr, FILE_BEGIN) == 0 ||
        ::SetEndOfFile(as_handle(handle_)) == 0) {
        throw std::system_error(last_error());
    }
}

void shared_file::append(std::string_view text) {
    const auto before = size();
    while (!text.empty()) {
        auto place = end_of_file();
        DWORD written = 0;
        if (::WriteFile(as_handle(handle_), text.data(), static_cast<DWORD>(as_int(text.size())),
                        &written, &place) == 0) {
            const auto reason = last_error();
            cut(before);
            throw std::system_error(reason);
        }
        text.remove_prefix(written);
    }
}

} // namespace netio::platform
