#pragma once

#include "tests/json.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netio::testing {

/// A file for one test, removed afterwards.
class temporary_file {
public:
    explicit temporary_file(std::string_view content = {})
        : path_{(std::filesystem::temp_directory_path() / unique_name()).string()} {
        std::ofstream file{path_, std::ios::binary};
        if (!(file << content).flush()) {
            throw std::runtime_error("cannot create " + path_);
        }
    }
    ~temporary_file() { std::filesystem::remove(path_); }

    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string text() const {
        std::ifstream file{path_, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

private:
    static std::string unique_name() {
        std::random_device source;
        return "netio-" + std::to_string(source()) + "-" + std::to_string(source());
    }

    std::string path_;
};

/// The events of a trace. The array in the file is not closed.
inline json::array trace_events(const temporary_file& file) {
    return json::parse(file.text() + "]").items();
}

} // namespace netio::testing
