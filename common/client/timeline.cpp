#include "common/client/timeline.hpp"

#include "common/client/time_axis.hpp"
#include "common/platform/platform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace netio {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t rows_in_full = 4; // of requests; one more row for the rest

/// What happened in one column of a row. A later value is drawn over an earlier one.
enum class cell : std::uint8_t { nothing, waiting, running, poll, pause, reply, failure };

using glyph_table = std::array<std::string_view, 7>;
constexpr glyph_table utf8_glyphs{" ", "─", "█", "┼", "▌", "◆", "✗"};
constexpr glyph_table ascii_glyphs{" ", "-", "#", "+", "|", "*", "x"};

class row {
public:
    explicit row(const time_axis& axis)
        : axis_{axis}
        , cells_(axis.columns(), cell::nothing) {}

    void fill(const time_span& span, cell what) {
        for (auto i = axis_.column(span.begin); i <= axis_.column(span.end); ++i) {
            cells_[i] = std::max(cells_[i], what);
        }
    }
    void mark(steady_clock::time_point time, cell what) { fill({time, time}, what); }

    [[nodiscard]] std::string text(std::string_view label, const glyph_table& glyphs) const {
        auto line =
            fmt::format("{:<{}} ", label.substr(0, time_axis::label_width), time_axis::label_width);
        for (const auto what : cells_) {
            line += glyphs.at(static_cast<std::size_t>(what));
        }
        line.erase(line.find_last_not_of(' ') + 1);
        return line + "\n";
    }

private:
    const time_axis& axis_;
    std::vector<cell> cells_;
};

void draw_request(row& line, const request_record& request, steady_clock::time_point run_end) {
    line.fill({request.life.begin, request.has_ended() ? request.life.end : run_end},
              cell::waiting);
    for (const auto& look : request.looks) {
        line.mark(look.at, cell::poll);
    }
    if (request.has_ended()) {
        line.mark(request.life.end, request.failed ? cell::failure : cell::reply);
    }
}

std::string draw_rows(const run_record& record, const time_axis& axis, const glyph_table& glyphs) {
    row sum{axis};
    for (std::size_t i = 0; i < record.slices.size(); ++i) {
        sum.fill(record.slices[i], cell::running);
        if (i > 0) {
            sum.mark(record.slices[i].begin, cell::pause);
        }
    }
    auto picture = sum.text("uniform_sum", glyphs);

    const auto& requests = record.requests;
    const auto in_full = requests.size() > rows_in_full + 1 ? rows_in_full : requests.size();
    for (std::size_t i = 0; i < in_full; ++i) {
        row line{axis};
        draw_request(line, requests[i], record.run.end);
        picture += line.text(requests[i].name, glyphs);
    }
    if (in_full < requests.size()) {
        row rest{axis};
        for (std::size_t i = in_full; i < requests.size(); ++i) {
            draw_request(rest, requests[i], record.run.end);
        }
        picture += rest.text(fmt::format("... {} to {}", in_full + 1, requests.size()), glyphs);
    }
    return picture;
}

std::string legend(const time_axis& axis, const glyph_table& glyphs, bool has_failed) {
    const std::string margin(time_axis::label_width + 1, ' ');
    std::vector<std::pair<cell, std::string_view>> meanings{{cell::running, "computing"},
                                                            {cell::pause, "paused"},
                                                            {cell::waiting, "waiting"},
                                                            {cell::poll, "no reply yet"},
                                                            {cell::reply, "reply"}};
    if (has_failed) {
        meanings.emplace_back(cell::failure, "failed");
    }
    std::string text = margin;
    std::size_t used = 0;
    for (const auto& [glyph, meaning] : meanings) {
        const auto width = 4 + meaning.size(); // a glyph is one column, but several bytes
        if (used + width > axis.columns() + 2) {
            text.erase(text.size() - 2);
            text += "\n" + margin;
            used = 0;
        }
        used += width;
        text += fmt::format("{} {}  ", glyphs.at(static_cast<std::size_t>(glyph)), meaning);
    }
    text.erase(text.size() - 2);
    return text + "\n";
}

} // namespace

timeline_style timeline_style::of_stdout() {
    timeline_style style;
    style.columns = std::min(platform::terminal_columns().value_or(style.columns), 100);
    style.utf8 = platform::is_utf8_expected();
    return style;
}

std::string draw_timeline(const run_record& record, const timeline_style& style) {
    const auto& glyphs = style.utf8 ? utf8_glyphs : ascii_glyphs;
    const time_axis axis{record.run, style.columns, style.axis};
    const auto& requests = record.requests;
    const bool has_failed = std::any_of(requests.begin(), requests.end(),
                                        [](const auto& request) { return request.failed; });
    return draw_rows(record, axis, glyphs) + axis.scale() + legend(axis, glyphs, has_failed) +
           summary(record, static_cast<std::size_t>(style.columns));
}

} // namespace netio
