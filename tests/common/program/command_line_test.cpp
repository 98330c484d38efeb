#include "common/client/client_options.hpp"
#include "common/program/command_line.hpp"
#include "common/random/kernel.hpp"
#include "common/workload.hpp"
#include "tests/catch.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using netio::client_options;
using netio::parse_count;

namespace {

client_options parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "program");
    client_options options;
    netio::command_line line{"program", "A program."};
    add(line, options);
    line.parse(static_cast<int>(arguments.size()), arguments.data());
    return options;
}

std::string refusal_of(const std::vector<const char*>& arguments) {
    try {
        parse(arguments);
    } catch (const netio::usage_error& error) {
        return error.what();
    }
    return "none";
}

} // namespace

TEST_CASE("command_line: counts may be written as 1e7", "[command_line]") {
    CHECK(parse_count("0", {0, 10}) == 0);
    CHECK(parse_count("10", {0, 10}) == 10);
    CHECK(parse_count("1e7", {0, 10'000'000}) == 10'000'000);
    CHECK(parse_count("1.2e8", {0, 1'000'000'000}) == 120'000'000);
    CHECK(parse_count("1e15", {0, 1'000'000'000'000'000}) == 1'000'000'000'000'000);
    CHECK(parse_count("999999999999999", {0, 1'000'000'000'000'000}) == 999'999'999'999'999);
}

TEST_CASE("command_line: counts are whole, and in their range", "[command_line]") {
    const auto* const text = GENERATE("", " 1", "1 ", "-1", "11", "1.5", "1e-1", "1e2", "ten",
                                      "0x1", "nan", "inf", "1e999", "+1", "1,0");
    CAPTURE(text);
    CHECK_THROWS_AS(parse_count(text, {0, 10}), std::invalid_argument);
}

TEST_CASE("command_line: options that are not given keep their defaults", "[command_line]") {
    const auto options = parse({});
    CHECK(to_string(options.address) == "127.0.0.1:8197");
    CHECK(options.samples == netio::uniform_samples(netio::kernel_names().back()));
    CHECK(options.requests == 1);
    CHECK(options.timeout == 60s);
}

TEST_CASE("command_line: without --seed each run has its own seed", "[command_line]") {
    CHECK(parse({}).seed != parse({}).seed);
}

TEST_CASE("command_line: every shared option is read", "[command_line]") {
    const auto options = parse({"--host", "::1", "--port=65535", "--samples", "1e3", "--seed",
                                "18446744073709551615", "--requests", "7", "--timeout", "250ms"});
    CHECK(to_string(options.address) == "[::1]:65535");
    CHECK(options.samples == 1000);
    CHECK(options.seed == 18446744073709551615ULL);
    CHECK(options.requests == 7);
    CHECK(options.timeout == 250ms);
}

TEST_CASE("command_line: --kernel brings its own default for --samples", "[command_line]") {
    for (const auto name : netio::kernel_names()) {
        const std::string kernel{name};
        CAPTURE(kernel);
        CHECK(parse({"--kernel", kernel.c_str()}).kernel == name);
        CHECK(parse({"--kernel", kernel.c_str()}).samples == netio::uniform_samples(name));
        CHECK(parse({"--kernel", kernel.c_str(), "--samples", "7"}).samples == 7);
        CHECK(parse({"--samples", "7", "--kernel", kernel.c_str()}).samples == 7);
    }
}

TEST_CASE(
    "command_line: a kernel that this machine cannot run is refused, with a list of those it can",
    "[command_line]") {
    const auto refusal = refusal_of({"--kernel", "abacus"});
    CAPTURE(refusal);
    CHECK(refusal.find("--kernel \"abacus\"") != std::string::npos);
    for (const auto name : netio::kernel_names()) {
        CHECK(refusal.find(name) != std::string::npos);
    }
}

TEST_CASE("command_line: wrong options are refused in one line that names the option",
          "[command_line]") {
    using arguments = std::vector<const char*>;
    const auto wrong = GENERATE(
        arguments{"--port", "65536"}, arguments{"--port", "0"}, arguments{"--port", "http"},
        arguments{"--port"}, arguments{"--port", "1", "--port", "2"}, arguments{"--host", ""},
        arguments{"--samples", "1e16"}, arguments{"--samples", "-1"}, arguments{"--samples="},
        arguments{"--seed", "-1"}, arguments{"--seed", "18446744073709551616"},
        arguments{"--seed", "1e7"}, arguments{"--kernel", ""}, arguments{"--kernel"},
        arguments{"--requests", "0"}, arguments{"--timeout", "soon"}, arguments{"--timeout", "-1s"},
        arguments{"--sample", "1"}, arguments{"-x"});
    const std::string option{wrong.front()};
    const auto refusal = refusal_of(wrong);
    CAPTURE(option, refusal);
    CHECK(refusal.find(option.substr(0, option.find('='))) != std::string::npos);
    CHECK(refusal.find('\n') == std::string::npos);
}

TEST_CASE("command_line: an empty value is not replaced by the next argument", "[command_line]") {
    const std::string option = GENERATE("--host", "--port", "--samples", "--seed", "--kernel",
                                        "--trace", "--requests", "--timeout", "--timeline");
    const auto with_sign = option + "=";
    const auto* const other = option == "--port" ? "--seed=7" : "--port=7";
    CAPTURE(option);
    // "7" would be a valid value of most of them.
    CHECK(refusal_of({with_sign.c_str(), "7"}).find(option + " \"\": must") == 0);
    CHECK(refusal_of({with_sign.c_str(), other}).find(option + " \"\": must") == 0);
    CHECK(refusal_of({with_sign.c_str()}).find(option + " \"\": must") == 0);
    CHECK(refusal_of({option.c_str(), ""}).find(option + " \"\": must") == 0);
}

TEST_CASE("command_line: an option is not the value of the option before it", "[command_line]") {
    // As in `--trace $FILE --timeline` when FILE is empty.
    const std::string option =
        GENERATE("--host", "--port", "--samples", "--seed", "--kernel", "--trace", "--timeout");
    CAPTURE(option);
    CHECK(refusal_of({option.c_str(), "--timeline"}).find(option + " \"--timeline\": must") == 0);
    CHECK(refusal_of({option.c_str(), "--requests="}).find(option + " \"--requests=\": must") == 0);
    CHECK(parse({"--trace", "-"}).trace == "-");
}

TEST_CASE("command_line: a value that is left out is not an empty one", "[command_line]") {
    CHECK(parse({"--timeline"}).timeline);
    CHECK(parse({"--timeline"}).timeline_axis == 0s);
    CHECK(parse({"--timeline", "--samples=7"}).samples == 7);
    CHECK(parse({"--timeline=2s"}).timeline_axis == 2s);
    CHECK(parse({"--timeline", "2s"}).timeline_axis == 2s);
    CHECK_FALSE(parse({}).timeline);
}

TEST_CASE("command_line: --help and --version take no value", "[command_line]") {
    const std::string option = GENERATE("--help", "--version");
    for (const auto* const value : {"=", "=x", "=false"}) {
        CHECK(refusal_of({(option + value).c_str()}) == option + " takes no value.");
    }
}

TEST_CASE("command_line: values that mean something to the parser's library are values",
          "[command_line]") {
    const auto* const name = GENERATE("{}", "%%", "[a,b]", "a=b", "=", "\"a\"", "a b");
    CHECK(parse({"--trace", name}).trace == name);
    CHECK(parse({(std::string{"--trace="} + name).c_str()}).trace == name);
}

TEST_CASE("command_line: a stray word is refused", "[command_line]") {
    CHECK_THROWS_AS(parse({"word"}), netio::usage_error);
    CHECK(refusal_of({"word", "more"}) == "The following argument was not expected: word.");
    CHECK(refusal_of({""}) == "The following argument was not expected: .");
}

TEST_CASE("command_line: --help and --version are not errors", "[command_line]") {
    CHECK_THROWS_AS(parse({"--help"}), netio::help_requested);
    CHECK_THROWS_AS(parse({"--version"}), netio::help_requested);
}
