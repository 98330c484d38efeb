#pragma once

#include "tests/json.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

namespace netio::testing {

/// A file for one test, removed afterwards.
class temporary_file {
public:
    explicit temporary_file(std::string_view content = {})
        : path_{(std::filesystem::temp_directory_path() / "netio-XXXXXX").string()} {
        const int descriptor = ::mkstemp(path_.data());
        if (descriptor < 0) {
            throw std::runtime_error("cannot create " + path_);
        }
        ::close(descriptor);
        std::ofstream{path_} << content;
    }
    ~temporary_file() { std::filesystem::remove(path_); }

    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string text() const {
        std::ifstream file{path_};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

private:
    std::string path_;
};

/// The events of a trace. The array in the file is not closed.
inline json::array trace_events(const temporary_file& file) {
    return json::parse(file.text() + "]").items();
}

} // namespace netio::testing
