// The benchmark when_it_pays and its script: what they say when something is missing.

#include "tests/catch.hpp"
#include "tests/process.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace netio::testing;
using Catch::Matchers::StartsWith;

namespace {

void check_refusal(const outcome& result, int status, const std::string& error) {
    CHECK(result.status == status);
    CHECK(result.out.empty());
    CHECK(lines_of(result.err).size() == 1);
    CHECK_THAT(result.err, StartsWith(error));
}

std::string source(const std::string& path) {
    return std::string{NETIO_SOURCE_DIR "/"} + path;
}

std::string content(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// A folder for one test, removed afterwards.
class temporary_folder {
public:
    temporary_folder() {
        if (::mkdtemp(path_.data()) == nullptr) {
            throw std::runtime_error("cannot create " + path_);
        }
    }
    ~temporary_folder() { std::filesystem::remove_all(path_); }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ + '/' + name; }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "netio-XXXXXX").string();
};

} // namespace

TEST_CASE("when_it_pays: refuses to start without a server program", "[when_it_pays]") {
    check_refusal(run(command("when_it_pays", {"--quick", "--server", "/nonexistent/server"})), 1,
                  "when_it_pays: there is no server program at /nonexistent/server: build ");
}

TEST_CASE("when_it_pays: refuses to start with too few descriptors", "[when_it_pays]") {
    const auto allow_few = [] {
        const rlimit few{256, 256};
        ::setrlimit(RLIMIT_NOFILE, &few);
    };
    check_refusal(run(command("when_it_pays", {}), allow_few), 1,
                  "when_it_pays: needs 10100 descriptors, but may have only 256: try ulimit -n "
                  "10100, or --quick");
}

TEST_CASE("when_it_pays: refuses a word that it does not know", "[when_it_pays]") {
    check_refusal(run(command("when_it_pays", {"--fast"})), 2, "when_it_pays: usage: ");
}

TEST_CASE("when_it_pays: says that a server did not start", "[when_it_pays]") {
    check_refusal(run(command("when_it_pays", {"--quick", "--server", "/bin/false"})), 1,
                  "when_it_pays: the server did not start: /bin/false");
}

TEST_CASE("scripts/when: says that gnuplot is missing", "[when_it_pays]") {
    const temporary_folder programs;
    std::filesystem::create_symlink("/usr/bin/dirname", programs.file("dirname"));
    const auto hide_others = [&] {
        ::setenv("PATH", programs.path().c_str(), 1);
    };
    check_refusal(run({"/bin/sh", source("scripts/when"), "--draw"}, hide_others), 1,
                  "when: gnuplot is missing: install gnuplot-nox\n");
}

TEST_CASE("scripts/when: refuses a word that it does not know", "[when_it_pays]") {
    check_refusal(run({"/bin/sh", source("scripts/when"), "--fast"}), 2, "usage: scripts/when ");
}

TEST_CASE("docs/when-it-pays.gp: draws both panels from the CSV alone", "[when_it_pays]") {
    if (!std::filesystem::exists("/usr/bin/gnuplot")) {
        WARN("no gnuplot here");
        return;
    }
    const temporary_folder folder;
    const auto drawn = run({"/usr/bin/gnuplot", "-c", source("docs/when-it-pays.gp"),
                            source("docs/when-it-pays.csv"), folder.file("figure.svg")});
    CHECK(drawn.status == 0);
    CHECK(drawn.err.empty());
    const auto figure = content(folder.file("figure.svg"));
    for (const std::string text : {"one after the other", "coroutines", "waiting / computing",
                                   "requests at the same time", "</svg>"}) {
        CAPTURE(text);
        CHECK(figure.find(text) != std::string::npos);
    }
}
