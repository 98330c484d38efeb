#include "common/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace netio {
namespace {

/// The unit of the trace format is the microsecond. The steady clock of Linux and macOS counts
/// from the same moment in all processes of a machine.
double microseconds(std::chrono::nanoseconds time) {
    return static_cast<double>(time.count()) / 1e3;
}

double microseconds(std::chrono::steady_clock::time_point time) {
    return microseconds(time.time_since_epoch());
}

/// White space as JSON defines it.
bool is_white_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

std::error_code last_error() {
    return {errno, std::system_category()};
}

} // namespace

trace_file::trace_file(std::string path, std::string_view process_name)
    : path_{std::move(path)}
    , file_{::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666)} {
    if (file_ < 0) {
        throw std::runtime_error(fmt::format("cannot write {}: {}", path_, last_error().message()));
    }
    try {
        add(fmt::format(R"("ph":"M","name":"process_name","args":{{"name":"{}"}})", process_name));
        begin_array();
    } catch (...) {
        ::close(file_);
        throw;
    }
}

trace_file::~trace_file() {
    ::close(file_);
}

/// The first process that writes to the file opens the array. A comma precedes each later event.
void trace_file::begin_array() {
    while (::flock(file_, LOCK_EX) != 0 && errno == EINTR) {
        // Interrupted by a signal: try again.
    }
    auto end = ::lseek(file_, 0, SEEK_END);
    if (end <= 0) {
        events_.front() = '[';
    } else if (byte_at(0) != '[') {
        throw std::runtime_error(fmt::format("cannot write {}: it is not a trace", path_));
    }
    while (end > 0 && is_white_space(byte_at(end - 1))) {
        --end;
    }
    if (end > 0 && byte_at(end - 1) == ']') {
        throw std::runtime_error(
            fmt::format("cannot write {}: its array of events is closed", path_));
    }
    if (end > 0 && (byte_at(end - 1) == '[' || byte_at(end - 1) == ',')) {
        events_.front() = ' '; // another comma would be one too many
    }
    flush();
    ::flock(file_, LOCK_UN);
}

char trace_file::byte_at(std::int64_t position) const {
    char byte = 0;
    std::ignore = ::pread(file_, &byte, 1, position);
    return byte;
}

void trace_file::add(std::string_view event) {
    events_ += fmt::format(",\n{{\"pid\":{},{}}}", ::getpid(), event);
}

void trace_file::name_thread(std::uint64_t thread, std::string_view name) {
    add(fmt::format(R"("ph":"M","tid":{},"name":"thread_name","args":{{"name":"{}"}})", thread,
                    name));
}

void trace_file::complete(std::string_view name, std::uint64_t thread, const time_span& span) {
    add(fmt::format(R"("ph":"X","tid":{},"name":"{}","ts":{:.3f},"dur":{:.3f})", thread, name,
                    microseconds(span.begin), microseconds(span.length())));
}

void trace_file::instant(std::string_view name, std::uint64_t thread,
                         std::chrono::steady_clock::time_point at) {
    add(fmt::format(R"("ph":"i","s":"t","tid":{},"name":"{}","ts":{:.3f})", thread, name,
                    microseconds(at)));
}

void trace_file::arrow_from(std::string_view connection, std::uint64_t thread,
                            std::chrono::steady_clock::time_point at) {
    add(fmt::format(R"("ph":"s","cat":"request","name":"request","id":"{}","tid":{},"ts":{:.3f})",
                    connection, thread, microseconds(at)));
}

void trace_file::arrow_to(std::string_view connection, std::uint64_t thread,
                          std::chrono::steady_clock::time_point at) {
    add(fmt::format(
        R"("ph":"f","bp":"e","cat":"request","name":"request","id":"{}","tid":{},"ts":{:.3f})",
        connection, thread, microseconds(at)));
}

void trace_file::flush() {
    const auto events = std::exchange(events_, {});
    for (std::string_view left = events; !left.empty();) {
        const auto written = ::write(file_, left.data(), left.size());
        if (written < 0 && errno != EINTR) {
            throw std::runtime_error(
                fmt::format("cannot write {}: {}", path_, last_error().message()));
        }
        left.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
}

} // namespace netio
