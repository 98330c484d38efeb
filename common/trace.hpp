#pragma once

#include "common/platform/platform.hpp"
#include "common/time_span.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace netio {

/// A name for one connection that both its ends know: the client's address and port, and
/// the reply. The address alone comes again when a later connection gets the same port.
[[nodiscard]] std::string connection_id(std::string_view client, double reply);

/// A file of trace events that several processes append to, on one time axis.
///
/// The format is the JSON array form of Chrome's Trace Event Format, which Perfetto
/// (ui.perfetto.dev) and chrome://tracing can show. The array is never closed. The format
/// allows that, so the file can be loaded, and appended to, at any time.
class trace_file {
public:
    /// Opens or creates the file and adds the name of this process: @p program and its number.
    ///
    /// @throws std::runtime_error naming the file, if it cannot be written, is no regular file,
    ///         does not hold a trace, or holds a trace whose array has been closed.
    trace_file(std::string path, std::string_view program);

    // Events are kept in memory until flush(). Names must not contain characters that JSON escapes.
    // The number of a thread selects the track on which viewers show the event. Arguments are the
    // inside of a JSON object, such as "draws":5.

    /// Does nothing if the thread has a name.
    void name_thread(std::uint64_t thread, std::string_view name);
    /// What the replay says about the whole run: how it was set up.
    void settings(std::string_view arguments);
    /// An event that lasts.
    void complete(std::string_view name, std::uint64_t thread, const time_span& span,
                  std::string_view arguments = "");
    /// An event without a length.
    void instant(std::string_view name, std::uint64_t thread,
                 std::chrono::steady_clock::time_point at, std::string_view arguments = "");
    /// A line that the program has printed.
    void line(std::string_view text, std::uint64_t thread,
              std::chrono::steady_clock::time_point at);
    /// How long the server served a connection, on the track of its event loop. Connections
    /// overlap, unlike complete events.
    void connection(std::string_view connection, const time_span& span);

    /// The two ends of an arrow, in the same process or in two. Ends with the same
    /// @p connection belong together. Each end is attached to the complete event that encloses
    /// @p at on the same thread.
    void arrow_from(std::string_view connection, std::uint64_t thread,
                    std::chrono::steady_clock::time_point at);
    void arrow_to(std::string_view connection, std::uint64_t thread,
                  std::chrono::steady_clock::time_point at);

    /// Appends the events added since the last flush. Events of other processes come before or
    /// after them, not in between. If the file ends in the middle of an event, because a full disk
    /// or a kill has stopped its writer, that event is removed first. The destructor does not
    /// flush.
    ///
    /// @throws std::runtime_error naming the file.
    void flush();

    /// The same, but if another program holds the file's lock for longer than @p at_most, the
    /// events stay in memory for a later flush.
    /// @return whether they have been written.
    bool flush(std::chrono::milliseconds at_most);

private:
    /// What follows the last whole event of the array, and where that begins.
    struct array_end {
        std::uint64_t position;
        std::string rest; ///< without white space around it
    };

    void add(std::string_view event);
    [[nodiscard]] char prepare_end();
    [[nodiscard]] std::uint64_t last_line() const;
    [[nodiscard]] array_end find_end(std::uint64_t begin) const;

    std::string path_;
    platform::shared_file file_;
    std::uint64_t run_; ///< stands for this process in the file, where the system's number may come
                        ///< again; in containers, for example, every program may be number 1
    std::set<std::uint64_t> named_threads_;
    std::string events_; ///< not written yet
};

} // namespace netio
