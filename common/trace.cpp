#include "common/trace.hpp"

#include "common/json_text.hpp"
#include "common/reply.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <mutex>
#include <random>
#include <stdexcept>
#include <utility>

namespace netio {
namespace {

/// The unit of the trace format is the microsecond. The steady clock counts from the same moment
/// in all processes of a machine.
double microseconds(std::chrono::nanoseconds time) {
    return static_cast<double>(time.count()) / 1e3;
}

double microseconds(std::chrono::steady_clock::time_point time) {
    return microseconds(time.time_since_epoch());
}

platform::shared_file opened(const std::string& path) try {
    return platform::shared_file{path};
} catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("cannot write {}: {}", path, platform::message_of(error)));
}

/// Any number that trace viewers accept: they read 32 bits, and treat 0 as a special case.
std::uint64_t random_run() {
    std::random_device source;
    return std::uniform_int_distribution<std::uint64_t>{1, 0x7fff'ffff}(source);
}

std::string as_args(std::string_view arguments) {
    return arguments.empty() ? "" : fmt::format(R"(,"args":{{{}}})", arguments);
}

/// The position behind the last whole object in @p text, the inside of a JSON array; 0 if there
/// is none.
std::size_t end_of_last_object(std::string_view text) {
    std::size_t end = 0;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            i += c == '\\' ? 1 : 0;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            end = i + 1;
        }
    }
    return end;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n"; // as JSON defines it
    const auto first = text.find_first_not_of(space);
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// Whether @p text can be the beginning of one of our events, with a comma or not.
bool is_cut_off_event(std::string_view text) {
    constexpr std::string_view begin = R"({"pid":)";
    const auto event = trimmed(text.starts_with(',') ? text.substr(1) : text);
    return event.find('\n') == event.npos &&
           event.substr(0, begin.size()) == begin.substr(0, event.size());
}

} // namespace

std::string connection_id(std::string_view client, double reply) {
    return fmt::format("{} {}", client, format_reply(reply));
}

trace_file::trace_file(std::string path, std::string_view program)
    : path_{std::move(path)}
    , file_{opened(path_)}
    , run_{random_run()} {
    const auto name = fmt::format("{} (process {})", program, platform::process_id());
    add(fmt::format(R"("ph":"M","name":"process_name","args":{{"name":"{}"}})", name));
    flush();
}

bool trace_file::flush(std::chrono::milliseconds at_most) try {
    if (events_.empty()) {
        return true;
    }
    if (!file_.lock(at_most)) {
        return false;
    }
    const std::unique_lock unlocks_at_the_end{file_, std::adopt_lock};
    auto events = std::exchange(events_, {});
    events.front() = prepare_end();
    file_.append(events);
    return true;
} catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("cannot write {}: {}", path_, platform::message_of(error)));
}

void trace_file::flush() {
    if (!flush(std::chrono::seconds{5})) { // others need far less than a second
        throw std::runtime_error(
            fmt::format("cannot write {}: another program has locked it", path_));
    }
}

/// Removes an event that was cut off.
///
/// @return what must precede the next event: the bracket that opens the array, a comma, or a
///         space if nothing more is needed.
char trace_file::prepare_end() {
    if (file_.size() == 0) {
        return '[';
    }
    if (file_.read(0, 1) != "[") {
        throw std::runtime_error("it is not a trace");
    }
    auto end = find_end(last_line());
    if (!end.rest.empty() && end.rest != "," && end.rest != "]") {
        end = find_end(1); // an event was cut off, or the file comes from elsewhere
    }
    if (end.rest == "]") {
        throw std::runtime_error("its array of events is closed");
    }
    if (!end.rest.empty() && end.rest != ",") {
        if (!is_cut_off_event(end.rest)) {
            throw std::runtime_error("it is not a trace");
        }
        file_.cut(end.position);
        end.rest.clear();
    }
    return end.rest == "," || end.position == 1 ? ' ' : ',';
}

/// The position of the last line if it begins with an object, as each event does; otherwise that
/// of the inside of the array.
std::uint64_t trace_file::last_line() const {
    constexpr std::uint64_t longest = 65536;
    const auto size = file_.size();
    const auto begin = size > longest ? size - longest : 1;
    const auto line = file_.read(begin, longest).rfind("\n{");
    return line == std::string::npos ? 1 : begin + line;
}

trace_file::array_end trace_file::find_end(std::uint64_t begin) const {
    const auto text = file_.read(begin, file_.size() - begin);
    const auto end = end_of_last_object(text);
    return {begin + end, std::string{trimmed(std::string_view{text}.substr(end))}};
}

void trace_file::add(std::string_view event) {
    events_ += fmt::format(",\n{{\"pid\":{},{}}}", run_, event);
}

void trace_file::name_thread(std::uint64_t thread, std::string_view name) {
    if (!named_threads_.insert(thread).second) {
        return;
    }
    add(fmt::format(R"("ph":"M","tid":{},"name":"thread_name","args":{{"name":"{}"}})", thread,
                    name));
}

void trace_file::settings(std::string_view arguments) {
    add(fmt::format(R"("ph":"M","name":"settings","args":{{{}}})", arguments));
}

void trace_file::complete(std::string_view name, std::uint64_t thread, const time_span& span,
                          std::string_view arguments) {
    add(fmt::format(R"("ph":"X","tid":{},"name":"{}","ts":{:.3f},"dur":{:.3f}{})", thread, name,
                    microseconds(span.begin), microseconds(span.length()), as_args(arguments)));
}

void trace_file::instant(std::string_view name, std::uint64_t thread,
                         std::chrono::steady_clock::time_point at, std::string_view arguments) {
    add(fmt::format(R"("ph":"i","s":"t","tid":{},"name":"{}","ts":{:.3f}{})", thread, name,
                    microseconds(at), as_args(arguments)));
}

void trace_file::line(std::string_view text, std::uint64_t thread,
                      std::chrono::steady_clock::time_point at) {
    add(fmt::format(
        R"("ph":"i","s":"t","cat":"line","name":"line","tid":{},"ts":{:.3f},"args":{{"text":"{}"}})",
        thread, microseconds(at), json_escaped(text)));
}

void trace_file::connection(std::string_view connection, const time_span& span) {
    for (const auto& [kind, at] : {std::pair{'b', span.begin}, std::pair{'e', span.end}}) {
        add(fmt::format(
            R"("ph":"{}","cat":"connection","name":"connection","id":"{}","tid":1,"ts":{:.3f})",
            kind, connection, microseconds(at)));
    }
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

} // namespace netio
