#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

/// What operating systems do differently, each behind a function that says what is done. No
/// other folder includes a system's header, or asks which system it is compiled for.
namespace netio::platform {

// ---- Errors

/// What an error means, in UTF-8, in the same words on all systems if the error is a common one,
/// and without the full stop of Windows' messages.
[[nodiscard]] std::string message_of(std::error_code error);

/// error.what(), with the message of a std::system_error as above.
[[nodiscard]] std::string message_of(const std::exception& error);

// ---- The standard streams

enum class standard_stream : std::uint8_t { out, err };

/// Writes all of @p text, in one write if the system accepts it whole. Waits while there is no
/// room, and on Windows while the user selects text in the console.
///
/// @return the error that ended the writing, or none.
[[nodiscard]] std::error_code write_all(standard_stream to, std::string_view text) noexcept;

/// Writes as many of the lines of @p text as there is room for without waiting. The other lines
/// are lost. In a pipe, a line of up to 512 bytes (4096 on Linux) stays whole.
void write_if_there_is_room(standard_stream to, std::string_view text) noexcept;

/// Makes sure that no socket or file gets the descriptor of a standard stream that is closed.
///
/// Otherwise text for stdout or stderr would reach the peer of such a socket. Using the stream
/// itself still fails, as it did before.
void reserve_standard_descriptors() noexcept;

/// How many columns the terminal has to which stdout is connected; nothing if stdout is no
/// terminal.
[[nodiscard]] std::optional<int> terminal_columns() noexcept;

/// Whether readers of stdout expect UTF-8, as far as the system tells. A Windows console shows all
/// that the functions above write, because they pass it on as UTF-16.
[[nodiscard]] bool is_utf8_expected();

// ---- The process

/// Replaces the arguments of main() by the same in UTF-8. On Windows, where the system's own are in
/// UTF-16, those of main() lack characters that the user's code page does not have.
void use_utf8_arguments(int& argc, char**& argv);

/// The number by which the system knows this process.
[[nodiscard]] std::uint64_t process_id() noexcept;

/// Allows this process as many files and sockets as the system grants without privileges. Does
/// nothing if the system refuses.
void raise_descriptor_limit() noexcept;

/// How many files and sockets this process may have open at the same time.
[[nodiscard]] std::uint64_t descriptor_limit() noexcept;

/// The processor time that the calling thread has used so far.
[[nodiscard]] std::chrono::nanoseconds thread_processor_time() noexcept;

/// The step in which that time advances.
[[nodiscard]] std::chrono::nanoseconds thread_processor_time_step() noexcept;

/// From now on, writing to a pipe or socket whose reader is gone is an error, and no longer ends
/// the process.
void ignore_broken_pipes() noexcept;

/// The signals by which a user asks a program to stop.
[[nodiscard]] std::span<const int> stop_signals() noexcept;

/// Calls @p create. The threads that it creates never take a stop signal. One that comes meanwhile
/// waits.
///
/// On Windows no thread takes one: the system creates a thread for each.
void without_stop_signals(const std::function<void()>& create);

/// From now on, these signals no longer end the process: for a program that is done, just before it
/// gives up handling them. No other thread may run.
void hold_back_stop_signals() noexcept;

// ---- Sockets

/// The argument of listen() that lets @p connections wait to be accepted.
[[nodiscard]] int backlog_argument(int connections) noexcept;

/// Whether a server should ask for SO_REUSEADDR. Where this is true, the option lets a server
/// that has been restarted listen while its old connections are in TIME_WAIT. Elsewhere, it would
/// let two servers share a port.
[[nodiscard]] bool may_reuse_address() noexcept;

/// Before bind(): claims the address for this socket alone. Otherwise, on Windows, one server could
/// listen on all addresses of the machine, and another on one of them, with the same port.
///
/// @param socket its native handle. If the system refuses, nothing changes.
void claim_address(std::intptr_t socket) noexcept;

/// Whether an error of bind() or listen() says that another socket has the address.
[[nodiscard]] bool means_address_in_use(std::error_code error) noexcept;

/// The flag of a send after which more will follow soon, so that the system may wait with the
/// packet; 0 where there is no such flag.
[[nodiscard]] int more_follows() noexcept;

/// Whether asio's async_wait(wait_error) tells when the peer resets the connection, as with epoll.
/// Elsewhere it does not, and with Windows' IOCP a thread of asio's asks for it a thousand times in
/// a second.
[[nodiscard]] bool error_wait_tells_of_resets() noexcept;

/// Whether asio's loop is told by the system what is done, as with Windows' IOCP, and may be told
/// late. Elsewhere the loop asks the system, and learns of all that is ready at that moment.
[[nodiscard]] bool loop_is_told() noexcept;

/// Asks the system to check after two seconds of silence, and then every five seconds, whether the
/// peer still knows the connection. If the peer answers that it does not, or does not answer for
/// half a minute, the connection ends with an error.
///
/// @param socket its native handle. If the system refuses, nothing changes.
void check_peer_while_silent(std::intptr_t socket) noexcept;

/// Sets whether closing a socket, as the system does when the process ends, resets the connection.
/// Otherwise it tells the peer only that no more is sent.
///
/// asio has an option for that, too, but its destructors switch the option off before they close.
///
/// @param socket its native handle. If the system refuses, nothing changes.
void reset_on_close(std::intptr_t socket, bool enabled) noexcept;

/// Whether an error says that this machine does not have the address.
[[nodiscard]] bool means_address_not_available(std::error_code error) noexcept;

// ---- Files

/// A file that several processes append to at the same time.
class shared_file {
public:
    /// Opens the file, or creates it.
    ///
    /// @param path in UTF-8 on Windows; elsewhere as the system gives it.
    /// @throws std::runtime_error saying why not; also if it is not a regular file, since a pipe
    ///         cannot be read again.
    explicit shared_file(const std::string& path);
    ~shared_file();

    shared_file(const shared_file&) = delete;
    shared_file& operator=(const shared_file&) = delete;

    // A process that holds the lock may call the functions below. Locks are not counted.

    /// @param at_most how long to wait: a process that holds the lock may have been stopped (with
    ///                Ctrl-Z, for example).
    /// @return whether this process has the lock.
    [[nodiscard]] bool lock(std::chrono::milliseconds at_most);
    void unlock() noexcept;

    [[nodiscard]] std::uint64_t size() const;
    /// Up to @p count bytes from @p position; fewer at the end of the file.
    [[nodiscard]] std::string read(std::uint64_t position, std::size_t count) const;
    /// Removes what comes after the first @p size bytes.
    void cut(std::uint64_t size);
    /// Adds @p text at the end, or nothing at all.
    /// @throws std::system_error, for example when the disk is full.
    void append(std::string_view text);

private:
    std::intptr_t handle_;
};

} // namespace netio::platform
