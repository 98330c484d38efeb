#pragma once

#include "common/time_span.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace netio {

/// A file of trace events that several processes append to, on one time axis.
///
/// The format is the JSON array form of Chrome's Trace Event Format, which Perfetto
/// (ui.perfetto.dev) and chrome://tracing can show. The array is never closed. The format
/// allows that, so the file can be loaded, and appended to, at any time.
class trace_file {
public:
    /// Opens or creates the file and adds the name of this process.
    ///
    /// @throws std::runtime_error naming the file, if it cannot be written, does not hold a
    ///         trace, or holds a trace whose array has been closed.
    trace_file(std::string path, std::string_view process_name);
    ~trace_file();

    trace_file(const trace_file&) = delete;
    trace_file& operator=(const trace_file&) = delete;

    // Events are kept in memory until flush(). Names must not contain characters that JSON escapes.
    // The number of a thread selects the track on which viewers show the event.

    void name_thread(std::uint64_t thread, std::string_view name);
    /// An event that lasts.
    void complete(std::string_view name, std::uint64_t thread, const time_span& span);
    /// An event without a length.
    void instant(std::string_view name, std::uint64_t thread,
                 std::chrono::steady_clock::time_point at);

    /// The two ends of an arrow, in the same process or in two. Ends with the same
    /// @p connection belong together. Each end is attached to the complete event that encloses
    /// @p at on the same thread.
    void arrow_from(std::string_view connection, std::uint64_t thread,
                    std::chrono::steady_clock::time_point at);
    void arrow_to(std::string_view connection, std::uint64_t thread,
                  std::chrono::steady_clock::time_point at);

    /// Writes the events added since the last flush, in one write if the system accepts it whole,
    /// so that events of other processes come before or after them, not in between. The
    /// destructor does not flush.
    ///
    /// @throws std::runtime_error naming the file.
    void flush();

private:
    void add(std::string_view event);
    void begin_array();
    [[nodiscard]] char byte_at(std::int64_t position) const; ///< 0 where there is none

    std::string path_;
    int file_ = -1;
    std::string events_; ///< not written yet
};

} // namespace netio
