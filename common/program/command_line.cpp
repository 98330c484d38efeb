#include "common/program/command_line.hpp"

#include "common/program/duration.hpp"
#include "common/program/words.hpp"
#include "common/read_double.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <random>
#include <system_error>
#include <utility>

namespace netio {
namespace {

std::uint64_t parse_seed(std::string_view text) {
    std::uint64_t seed = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, seed);
    if (error != std::errc{} || rest != end) {
        throw std::invalid_argument("must be a whole number from 0 to 2^64 - 1");
    }
    return seed;
}

bool is_option(const std::string& word) {
    return word.rfind('-', 0) == 0;
}

/// Marks a value that is given but empty. CLI11 would take the next argument instead of it, or
/// treat it as left out. No argument from the system contains this character.
constexpr char empty_value = '\0';

std::string without_marks(std::string text) {
    std::erase(text, empty_value);
    return text;
}

/// CLI11 2.6 puts a space behind each word, and so a line of 80 columns takes 81.
std::string without_spaces_at_line_ends(std::string text) {
    for (auto space = text.find(" \n"); space != text.npos; space = text.find(" \n")) {
        text.erase(space, 1);
    }
    return text;
}

} // namespace

std::uint64_t random_seed() {
    std::random_device source;
    return std::uniform_int_distribution<std::uint64_t>{}(source);
}

std::uint64_t parse_count(std::string_view text, count_range range) {
    const auto found = read_double(text);
    const double number = found && found->rest.empty() ? found->number : -1.0;
    const bool in_range =
        number >= static_cast<double>(range.least) && number <= static_cast<double>(range.most);
    if (!in_range || number != std::floor(number)) {
        throw std::invalid_argument(
            fmt::format("must be a whole number from {} to {}", range.least, range.most));
    }
    return static_cast<std::uint64_t>(number);
}

command_line::command_line(std::string program, const std::string& description)
    : program_{std::move(program)}
    , app_{std::make_unique<CLI::App>(wrapped(description, 80), program_)} {
    app_->footer("T is a time, such as 250us, 5ms, 1.5s or 2m; a plain number means seconds.\n"
                 "Tested on Linux; for Windows only under Wine. Written for macOS, but not tried.");
    app_->set_help_flag("--help", "Print this text and exit");
    app_->set_version_flag("--version", fmt::format("{} {}", program_, NETIO_VERSION),
                           "Print the version and exit");
}

command_line::~command_line() = default;

void command_line::add(shared_options& options, count_range ports) {
    add_option("--host", "HOST",
               fmt::format("Name, IPv4 or IPv6 address (default {})", options.address.host),
               [&options](std::string_view text) {
                   if (text.empty()) {
                       throw std::invalid_argument("must not be empty");
                   }
                   options.address.host = text;
               });
    add_option("--port", "PORT",
               fmt::format("TCP port{} (default {})",
                           ports.least == 0 ? "; 0 lets the system choose" : "",
                           options.address.port),
               [&options, ports](std::string_view text) {
                   options.address.port = static_cast<std::uint16_t>(parse_count(text, ports));
               });
    add_workload(options);
    add_option("--seed", "N",
               "64-bit seed; equal seeds give equal draws (default: from the system)",
               [&options](std::string_view text) { options.seed = parse_seed(text); });
    add_option("--trace", "FILE",
               "Append trace events to FILE, for the replay and Perfetto; other readers of JSON "
               "need a ] added at the end (default: off)",
               [&options](std::string_view text) {
                   if (text.empty()) {
                       throw std::invalid_argument("must not be empty");
                   }
                   options.trace = text;
               });
}

void command_line::add_workload(shared_options& options) {
    // In this order: --kernel sets a default for --samples, which --samples then overrides.
    add_option("--kernel", "NAME",
               fmt::format("Instruction set for the sums: {} (default {})",
                           fmt::join(kernel_names(), ", "), options.kernel),
               [&options](std::string_view text) {
                   options.kernel = runnable_kernel(text);
                   options.samples = options.samples_of_kernel(options.kernel);
               });
    add_count("--samples", options.samples, {0, 1'000'000'000'000'000},
              "Number of draws to sum, such as 120000000 or 1.2e8");
}

void command_line::add_count(const std::string& name, std::uint64_t& value, count_range range,
                             const std::string& description) {
    add_option(name, "N", fmt::format("{} (default {})", description, value),
               [&value, range](std::string_view text) { value = parse_count(text, range); });
}

void command_line::add_duration(const std::string& name, std::chrono::nanoseconds& value,
                                const std::string& description) {
    const auto seconds = std::chrono::duration<double>{value}.count();
    add_option(name, "T", fmt::format("{} (default {}s)", description, seconds),
               [&value](std::string_view text) { value = parse_duration(text); });
}

void command_line::add_flag(const std::string& name, bool& value, const std::string& description) {
    app_->add_flag_callback(name, [&value] { value = true; }, wrapped(description));
}

void command_line::add_option(const std::string& name, const std::string& value,
                              const std::string& description,
                              std::function<void(std::string_view)> read) {
    const bool is_optional = value.front() == '[';
    const auto read_or_refuse = [=, read = std::move(read)](const std::string& given) {
        const auto text = without_marks(given);
        try {
            if (is_optional && text.empty() && !given.empty()) {
                throw std::invalid_argument("must not be empty");
            }
            if (text.starts_with("--")) { // as in `--trace $FILE --timeline` without a FILE
                throw std::invalid_argument("must be a value, not an option");
            }
            read(text);
        } catch (const std::invalid_argument& error) {
            throw usage_error(fmt::format("{} \"{}\": {}.", name, text, error.what()));
        }
    };
    auto* const option =
        app_->add_option_function<std::string>(name, read_or_refuse, wrapped(description));
    option->type_name(value);
    if (is_optional) {
        option->expected(0, 1);
    }
}

/// The arguments in the order that CLI11 takes them, last first, with empty values marked.
std::vector<std::string> command_line::marked_arguments(int argc, const char* const* argv) const {
    std::vector<std::string> words{std::make_reverse_iterator(argv + argc),
                                   std::make_reverse_iterator(argv + std::min(argc, 1))};
    for (auto& word : words) {
        const auto name = word.substr(0, word.find('='));
        const auto* const option = app_->get_option_no_throw(name);
        const bool has_value = option != nullptr && name != word;
        if (has_value && option->get_items_expected_max() == 0) {
            throw usage_error(fmt::format("{} takes no value.", name));
        }
        if (word.empty() || (has_value && name.size() + 1 == word.size())) {
            word += empty_value;
        }
    }
    return words;
}

void command_line::parse(int argc, const char* const* argv) {
    try {
        app_->parse(marked_arguments(argc, argv));
    } catch (const CLI::CallForHelp&) {
        throw help_requested{without_spaces_at_line_ends(app_->help())};
    } catch (const CLI::CallForVersion& version) {
        throw help_requested{version.what()};
    } catch (const CLI::ExtrasError&) {
        const auto unknown = app_->remaining();
        const auto option = std::find_if(unknown.begin(), unknown.end(), is_option);
        if (option == unknown.end()) {
            throw usage_error(fmt::format("The following argument was not expected: {}.",
                                          without_marks(unknown.front())));
        }
        throw usage_error(fmt::format("unknown option {}{}", *option, suggestion(*option)));
    } catch (const CLI::ParseError& error) {
        throw usage_error(fmt::format("{}.", error.what()));
    }
}

/// ": did you mean --samples?" if an option resembles @p unknown, otherwise a full stop.
std::string command_line::suggestion(const std::string& unknown) const {
    const auto given = unknown.substr(0, unknown.find('='));
    std::string nearest;
    std::size_t least = 1 + given.size() / 3; // mistakes; with more, the user meant another word
    for (const auto* const option : app_->get_options()) {
        const auto mistakes = edit_distance(given, option->get_name());
        if (mistakes <= least) {
            least = mistakes;
            nearest = option->get_name();
        }
    }
    return nearest.empty() ? "." : fmt::format(": did you mean {}?", nearest);
}

} // namespace netio
