#pragma once

#include "common/address.hpp"
#include "common/program/fail.hpp"
#include "common/random/kernel.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace netio {

/// A 64-bit seed from the system's source of randomness.
[[nodiscard]] std::uint64_t random_seed();

/// How many draws a program sums by default with the named kernel.
using default_samples = std::uint64_t (*)(std::string_view kernel);

/// The options of all three programs.
struct shared_options {
    explicit shared_options(default_samples of_kernel)
        : samples_of_kernel{of_kernel} {}

    server_address address;
    default_samples samples_of_kernel;
    std::string_view kernel = kernel_in_use();         ///< main() passes it to use_kernel()
    std::uint64_t samples = samples_of_kernel(kernel); ///< draws to sum
    std::uint64_t seed = random_seed();
    std::string trace; ///< the file to append trace events to; empty for none
};

/// The valid values of a count, both ends included.
struct count_range {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
};

/// Reads a whole number; "1e7" and "1.2e8" are whole numbers too.
///
/// @param range must end at 2^53 or below: up to there, a double is exact.
/// @throws std::invalid_argument saying what is valid, for any other text.
[[nodiscard]] std::uint64_t parse_count(std::string_view text, count_range range);

/// The command line of a program: the options that the program declares. Each is bound to a
/// variable that holds the option's default and receives its value.
class command_line {
public:
    command_line(std::string program, const std::string& description);
    ~command_line();

    // Each variable must outlive parse().

    void add(shared_options& options, count_range ports);

    /// @param range must end at 2^53 or below, as in parse_count().
    void add_count(const std::string& name, std::uint64_t& value, count_range range,
                   const std::string& description);
    void add_duration(const std::string& name, std::chrono::nanoseconds& value,
                      const std::string& description);

    /// An option without a value.
    void add_flag(const std::string& name, bool& value, const std::string& description);

    /// @param value the value's name in the help text; in brackets if the value is optional. An
    ///              optional value may be left out, but must not be empty.
    /// @param read  receives the given text, empty if an optional value is left out; throws
    ///              std::invalid_argument if the text is not valid.
    void add_option(const std::string& name, const std::string& value,
                    const std::string& description, std::function<void(std::string_view)> read);

    /// Reads the options in the order of their declaration, regardless of their order in argv.
    ///
    /// @throws usage_error, or help_requested.
    void parse(int argc, const char* const* argv);

private:
    void add_workload(shared_options& options);
    [[nodiscard]] std::vector<std::string> marked_arguments(int argc,
                                                            const char* const* argv) const;
    [[nodiscard]] std::string suggestion(const std::string& unknown) const;

    std::string program_;
    std::unique_ptr<CLI::App> app_; // a pointer, because CLI11's header is large
};

} // namespace netio
