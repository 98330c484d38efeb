#pragma once

#include "common/program/standard_output.hpp"

#include <string>
#include <utility>

namespace netio {

/// Prints when a server_request begins, pauses, resumes and ends. Between two "Pausing" lines
/// there is always a "Resuming".
class request_lines {
public:
    /// @param is_shown whether to print anything: of many requests, only a few are shown.
    request_lines(std::string name, bool is_shown)
        : name_{std::move(name)}
        , is_shown_{is_shown} {}

    void begin() const {
        if (is_shown_) {
            print_line("Beginning {}.", name_);
        }
    }
    void pause() {
        if (!std::exchange(is_paused_, true) && is_shown_) {
            print_line("Pausing {}.\n", name_);
        }
    }
    void resume() {
        if (std::exchange(is_paused_, false) && is_shown_) {
            print_line("Resuming {}.", name_);
        }
    }
    void done(double total) {
        resume();
        if (is_shown_) {
            print_line("====== Done {}. total: {:.2f}. ======\n", name_, total);
        }
    }

private:
    std::string name_;
    bool is_shown_;
    bool is_paused_ = false;
};

} // namespace netio
