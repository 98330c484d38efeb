#pragma once

#include "common/time_span.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace netio {

/// A file of trace events that several processes append to, on one time axis.
///
/// The format is Chrome's Trace Event Format, JSON array form, which Perfetto
/// (ui.perfetto.dev) and chrome://tracing show. The array is never closed: the
/// format allows that, so the file can be loaded, and appended to, at any time.
class trace_file {
public:
    /// Opens or creates the file and introduces this process.
    ///
    /// @throws std::runtime_error naming the file, if it cannot be written or
    ///         holds something else.
    trace_file(std::string path, std::string_view process_name);
    ~trace_file();

    trace_file(const trace_file&) = delete;
    trace_file& operator=(const trace_file&) = delete;

    /// @param thread a number for the lane that the event is shown in.
    void name_thread(std::uint64_t thread, std::string_view name);
    void complete(std::string_view name, std::uint64_t thread, const time_span& span);
    void instant(std::string_view name, std::uint64_t thread,
                 std::chrono::steady_clock::time_point at);

    /// The two ends of an arrow, in whichever processes: @p connection joins them.
    /// Each end sits on the complete event that its thread has at that time.
    void arrow_from(std::string_view connection, std::uint64_t thread,
                    std::chrono::steady_clock::time_point at);
    void arrow_to(std::string_view connection, std::uint64_t thread,
                  std::chrono::steady_clock::time_point at);

    /// Writes the events since the last flush (the destructor does not), in one write: other
    /// processes' events come before or after, never in between.
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
