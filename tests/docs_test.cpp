// What the pages say must be true: quotations, links, names of tests, totals.

#include "common/random/random_sum.hpp"
#include "tests/catch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// A fenced block of C++, and the file that the page says it is from.
struct quotation {
    std::string file;
    std::string code;
};

/// The text as words between single spaces, so that line breaks and indentation do not
/// count. It begins and ends with a space, so that a quotation matches whole words only.
std::string folded(const std::string& text) {
    std::istringstream words{text};
    std::string result = " ";
    for (std::string word; words >> word;) {
        result += word + ' ';
    }
    return result;
}

/// The name between the backticks if the whole line is of the form `server/server.cpp`:
/// Otherwise empty.
std::string named_file(std::string_view line) {
    if (line.size() < 4 || !line.starts_with('`') || !line.ends_with("`:")) {
        return "";
    }
    return std::string{line.substr(1, line.size() - 3)};
}

std::string rest_of_block(std::istream& page) {
    std::string text;
    for (std::string line; std::getline(page, line) && line != "```";) {
        text += line + '\n';
    }
    return text;
}

/// The blocks marked cpp. Each belongs to the file named by the line before it. A block that
/// directly follows another block belongs to the same file.
std::vector<quotation> quotations_in(std::istream& page) {
    std::vector<quotation> found;
    std::string file;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("```cpp")) {
            found.push_back({file, rest_of_block(page)});
        } else if (!line.empty()) {
            file = named_file(line);
        }
    }
    return found;
}

bool is_quoted(const std::string& code, const std::string& source) {
    return folded(source).find(folded(code)) != std::string::npos;
}

std::string content(const std::string& path) {
    std::ifstream file{std::string{NETIO_SOURCE_DIR "/"} + path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// All that the first group of @p pattern matches in @p text.
std::vector<std::string> found_in(const std::string& text, const std::string& pattern) {
    const std::regex regex{pattern};
    std::vector<std::string> found;
    for (std::sregex_iterator match{text.begin(), text.end(), regex}, end; match != end; ++match) {
        found.push_back((*match)[1]);
    }
    return found;
}

/// The name by which a link leads to the heading, as code-hosting pages make it.
std::string anchor_of(std::string_view heading) {
    std::string anchor;
    for (const char c : heading) {
        const auto letter = static_cast<unsigned char>(c);
        if (std::isalnum(letter) != 0 || c == '-' || c == '_') {
            anchor += static_cast<char>(std::tolower(letter));
        } else if (c == ' ') {
            anchor += '-';
        }
    }
    return anchor;
}

/// The anchors of a page's headings.
std::vector<std::string> anchors_in(const std::string& page) {
    std::vector<std::string> anchors;
    std::istringstream lines{page};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) {
            rest_of_block(lines);
        } else if (line.starts_with('#')) {
            anchors.push_back(anchor_of(line.substr(line.find(' ') + 1)));
        }
    }
    return anchors;
}

} // namespace

TEST_CASE("docs: a quotation is a block of C++ after the name of a file", "[docs]") {
    std::istringstream page{"`a.cpp`:\n\n```cpp\none\n\ntwo\n```\n\n```cpp\nthree\n```\n"
                            "Text.\n```cpp\nfour\n```\n"};
    const auto found = quotations_in(page);
    REQUIRE(found.size() == 3);
    CHECK(found[0].file == "a.cpp");
    CHECK(found[0].code == "one\n\ntwo\n");
    CHECK(found[1].file == "a.cpp");
    CHECK(found[2].file.empty());
}

TEST_CASE("docs: a quotation may differ in white space, but in no letter", "[docs]") {
    const std::string source = "loop.run();\n    return 0;\n";
    CHECK(is_quoted("loop.run(); return\n0;\n", source));
    CHECK_FALSE(is_quoted("loop.run(); return 1;", source));
    CHECK_FALSE(is_quoted("run(); return 0;", source));
}

TEST_CASE("docs: quotations match the sources", "[docs]") {
    const std::string page = GENERATE("README.md", "docs/from-python.md", "docs/how-it-works.md",
                                      "docs/when-it-pays.md");
    std::istringstream text{content(page)};
    const auto quotations = quotations_in(text);
    REQUIRE_FALSE(quotations.empty());
    for (const auto& [file, code] : quotations) {
        CAPTURE(page);
        INFO("quoted from \"" << file << "\":\n" << code);
        REQUIRE_FALSE(file.empty());
        CHECK(folded(code) != folded(""));
        CHECK(is_quoted(code, content(file)));
    }
}

TEST_CASE("docs: the anchor of a heading has its letters, digits, hyphens and underscores",
          "[docs]") {
    CHECK(anchor_of("What `co_await` does") == "what-co_await-does");
    CHECK(anchor_of("Python's server, C++ clients") == "pythons-server-c-clients");
}

TEST_CASE("docs: links lead to files and headings", "[docs]") {
    const std::string page =
        GENERATE("README.md", "CONTRIBUTING.md", "docs/how-it-works.md", "docs/from-python.md",
                 "docs/things-to-try.md", "docs/more-than-one-machine.md", "docs/when-it-pays.md",
                 "docs/promises.md", "docs/how-fast.md", "docs/lecture.md", "examples/README.md");
    const auto folder = std::filesystem::path{page}.parent_path();
    const auto links = found_in(content(page), R"(\]\(([^):]+)\))");
    REQUIRE_FALSE((links.empty() && page != "CONTRIBUTING.md"));
    for (const auto& link : links) {
        CAPTURE(page, link);
        const auto hash = std::min(link.find('#'), link.size());
        const auto file = hash == 0 ? page : (folder / link.substr(0, hash)).string();
        CHECK(std::filesystem::exists(std::filesystem::path{NETIO_SOURCE_DIR} / file));
        if (hash < link.size()) {
            const auto anchors = anchors_in(content(file));
            CHECK(std::count(anchors.begin(), anchors.end(), link.substr(hash + 1)) == 1);
        }
    }
}

TEST_CASE("docs: a quoted total is the library's", "[docs]") {
    netio::random_stream stream{7};
    const auto total =
        fmt::format(" {:.2f},", netio::uniform_sum(100'000'000, stream).value()); // --seed 7
    CHECK(content("docs/things-to-try.md").find(total) != std::string::npos);
}

TEST_CASE("docs: the tests that promises.md names exist", "[docs]") {
    std::string tests;
    for (const auto& file :
         std::filesystem::recursive_directory_iterator{NETIO_SOURCE_DIR "/tests"}) {
        if (file.path().extension() == ".cpp") {
            tests += content(relative(file.path(), NETIO_SOURCE_DIR).generic_string());
        }
    }
    const auto names = found_in(content("docs/promises.md"), "`([a-z_ ]+: [^`]+)`");
    REQUIRE(names.size() >= 20);
    for (const auto& name : names) {
        CAPTURE(name);
        CHECK(folded(tests).find("TEST_CASE(\"" + name + '"') != std::string::npos);
    }
}

TEST_CASE("docs: how-it-works.md explains the run that the README shows", "[docs]") {
    const auto readme = content("README.md");
    const auto begin = readme.find("async_client\nuniform_sum ");
    REQUIRE(begin != std::string::npos);
    const auto end = readme.find("```", begin);
    const auto timeline = readme.substr(begin, end - begin);
    CHECK(content("docs/how-it-works.md").find(timeline.substr(timeline.find('\n'))) !=
          std::string::npos);
}

TEST_CASE("docs: each picture is on a page, and can be seen on a dark one", "[docs]") {
    std::string pages = content("README.md");
    for (const auto* page : {"how-it-works", "things-to-try", "when-it-pays"}) {
        pages += content(fmt::format("docs/{}.md", page));
    }
    for (const auto& file : std::filesystem::directory_iterator{NETIO_SOURCE_DIR "/docs"}) {
        const auto name = file.path().filename().string();
        CAPTURE(name);
        if (name.ends_with(".png") || name.ends_with(".svg")) {
            CHECK((pages.find("](" + name + ")") != std::string::npos ||
                   pages.find("](docs/" + name + ")") != std::string::npos));
        }
        if (name.ends_with(".svg")) {
            CHECK(content("docs/" + name).find("prefers-color-scheme: dark") != std::string::npos);
        }
    }
}

TEST_CASE("layout: includes point one way", "[docs]") {
    using allowed = std::pair<const char*, const char*>;
    // A folder, and what its files may include of the project.
    const auto [folder, pattern] =
        GENERATE(allowed{"common/random", "common/random/.*"},
                 allowed{"common/platform", "common/platform/platform.hpp"},
                 allowed{"common", "common/(random/|platform/)?[a-z_]*.hpp"},
                 allowed{"common/program", "common/(random/|platform/|program/)?[a-z_]*.hpp"},
                 allowed{"common/client", "common/.*"},
                 allowed{"server", "(server|common(/random|/platform|/program)?)/[a-z_]*.hpp"},
                 allowed{"serial_client", "(serial_client|common)/.*"},
                 allowed{"async_client", "(async_client|common)/.*"},
                 allowed{"examples", "common/random/[a-z_]*.hpp"});
    std::size_t files = 0;
    for (const auto& file :
         std::filesystem::directory_iterator{std::filesystem::path{NETIO_SOURCE_DIR} / folder}) {
        if (!file.is_regular_file()) {
            continue;
        }
        ++files;
        const auto name = relative(file.path(), NETIO_SOURCE_DIR).string();
        for (const auto& include : found_in(content(name), "#include \"([^\"]+)\"")) {
            CAPTURE(name, include);
            CHECK(std::regex_match(include, std::regex{pattern}));
        }
    }
    CHECK(files >= 2);
    if (folder == std::string{"common/random"}) {
        CHECK(found_in(content("common/random/CMakeLists.txt"), "(asio::asio|fmt::)").empty());
    }
}
