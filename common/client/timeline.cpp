#include "common/client/timeline.hpp"

#include "common/program/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <langinfo.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace netio {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t label_width = 16;  // "server_request 1"
constexpr std::size_t lanes_in_full = 4; // of requests; one more lane for the rest

/// What happened in one column of a lane; what is listed later is drawn over
/// what is listed before it.
enum class cell : std::uint8_t { nothing, waiting, running, poll, pause, reply };

using glyph_table = std::array<std::string_view, 6>;
constexpr glyph_table utf8_glyphs{" ", "─", "█", "┼", "▌", "◆"};
constexpr glyph_table ascii_glyphs{" ", "-", "#", "+", "|", "*"};

/// The columns between the label and the right edge, as a scale of time.
class time_axis {
public:
    time_axis(const run_record& record, const timeline_style& style)
        : begin_{record.run.begin}
        , length_{std::max<nanoseconds>({style.axis, record.run.length(), 1us})}
        , columns_{static_cast<std::size_t>(std::max(style.columns, 40)) - label_width - 1} {}

    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] nanoseconds length() const { return length_; }

    [[nodiscard]] std::size_t column(nanoseconds since_begin) const {
        const auto share =
            static_cast<double>(since_begin.count()) / static_cast<double>(length().count());
        const auto at = std::floor(share * static_cast<double>(columns_));
        return std::min(columns_ - 1, static_cast<std::size_t>(std::max(0.0, at)));
    }
    [[nodiscard]] std::size_t column(steady_clock::time_point time) const {
        return column(time - begin_);
    }

private:
    steady_clock::time_point begin_;
    nanoseconds length_;
    std::size_t columns_;
};

/// One row of the picture.
class lane {
public:
    explicit lane(const time_axis& axis)
        : axis_{axis}
        , cells_(axis.columns(), cell::nothing) {}

    void fill(const time_span& span, cell what) {
        for (auto i = axis_.column(span.begin); i <= axis_.column(span.end); ++i) {
            cells_[i] = std::max(cells_[i], what);
        }
    }
    void mark(steady_clock::time_point time, cell what) { fill({time, time}, what); }

    [[nodiscard]] std::string text(std::string_view label, const glyph_table& glyphs) const {
        auto row = fmt::format("{:<{}} ", label.substr(0, label_width), label_width);
        for (const auto what : cells_) {
            row += glyphs.at(static_cast<std::size_t>(what));
        }
        row.erase(row.find_last_not_of(' ') + 1);
        return row + "\n";
    }

private:
    const time_axis& axis_;
    std::vector<cell> cells_;
};

void draw_request(lane& row, const request_record& request) {
    row.fill(request.life, cell::waiting);
    for (const auto& look : request.looks) {
        row.mark(look.at, cell::poll);
    }
    row.mark(request.life.end, cell::reply);
}

std::string draw_lanes(const run_record& record, const time_axis& axis, const glyph_table& glyphs) {
    lane sum{axis};
    for (std::size_t i = 0; i < record.slices.size(); ++i) {
        sum.fill(record.slices[i], cell::running);
        if (i > 0) {
            sum.mark(record.slices[i].begin, cell::pause);
        }
    }
    auto picture = sum.text("uniform_sum", glyphs);

    const auto& requests = record.requests;
    const auto in_full = requests.size() > lanes_in_full + 1 ? lanes_in_full : requests.size();
    for (std::size_t i = 0; i < in_full; ++i) {
        lane row{axis};
        draw_request(row, requests[i]);
        picture += row.text(requests[i].name, glyphs);
    }
    if (in_full < requests.size()) {
        lane rest{axis};
        for (std::size_t i = in_full; i < requests.size(); ++i) {
            draw_request(rest, requests[i]);
        }
        picture += rest.text(fmt::format("and {} more", requests.size() - in_full), glyphs);
    }
    return picture;
}

/// The smallest 1, 2 or 5 times a power of ten of nanoseconds that leaves room for
/// a label at each step.
nanoseconds tick_step(const time_axis& axis) {
    // In columns. A narrow axis has less, so that there are two labels at least.
    const double label_room = std::min(10.0, (static_cast<double>(axis.columns()) - 6.0) / 2.5);
    const auto wanted = static_cast<double>(axis.length().count()) * label_room /
                        static_cast<double>(axis.columns());
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= wanted) {
            return nanoseconds{std::llround(factor * power)};
        }
    }
    return nanoseconds{std::llround(10.0 * power)};
}

/// "|0", "|500ms", "|1.5s"
std::string tick_label(nanoseconds at) {
    const auto text = to_text(at);
    const auto unit = text.find_first_not_of("0123456789.");
    const auto last_digit = text.find_last_not_of("0.", unit - 1);
    if (last_digit == text.npos) {
        return "|0";
    }
    const auto point = text.find('.');
    const auto length = last_digit < point ? point : last_digit + 1;
    return fmt::format("|{}{}", text.substr(0, length), text.substr(unit));
}

std::string draw_scale(const time_axis& axis) {
    std::string row(axis.columns(), ' ');
    const auto step = tick_step(axis);
    for (nanoseconds at{0}; at <= axis.length(); at += step) {
        const auto label = tick_label(at);
        const auto column = axis.column(at);
        if (column + label.size() <= row.size()) {
            row.replace(column, label.size(), label);
        }
    }
    row.erase(row.find_last_not_of(' ') + 1);
    return std::string(label_width + 1, ' ') + row + "\n";
}

std::string legend(const time_axis& axis, const glyph_table& glyphs) {
    const std::string margin(label_width + 1, ' ');
    const std::array<std::pair<std::size_t, std::string_view>, 5> meanings{
        {{2, "computing"}, {4, "paused"}, {1, "waiting"}, {3, "looked in vain"}, {5, "reply"}}};
    std::string text = margin;
    std::size_t used = 0;
    for (const auto& [glyph, meaning] : meanings) {
        const auto width = 2 + meaning.size(); // a glyph is one column, but several bytes
        const bool is_first = used == 0;
        const bool fits = used + 2 + width <= axis.columns();
        text += is_first ? "" : fits ? "  " : "\n" + margin;
        used = is_first || !fits ? width : used + 2 + width;
        text += fmt::format("{} {}", glyphs.at(glyph), meaning);
    }
    return text + "\n";
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string summary(const run_record& record) {
    nanoseconds computing{0};
    nanoseconds longest_slice{0};
    for (const auto& slice : record.slices) {
        computing += slice.length();
        longest_slice = std::max(longest_slice, slice.length());
    }
    std::size_t polls = 0;
    std::size_t wake_ups = 0;
    nanoseconds unnoticed{0};
    for (const auto& request : record.requests) {
        for (const auto& look : request.looks) {
            ++(look.polling ? polls : wake_ups);
        }
        unnoticed = std::max(unnoticed, longest_unnoticed(request, record));
    }
    const auto run = std::max(record.run.length(), nanoseconds{1});
    return fmt::format(
        "The thread computed for {:.1f} % of {}: {}, longest slice {}.\n"
        "Looking for replies: {}, {}; {}.",
        100.0 * static_cast<double>(computing.count()) / static_cast<double>(run.count()),
        to_text(record.run.length()),
        counted(std::max<std::size_t>(record.slices.size(), 1) - 1, "pause"),
        to_text(longest_slice), counted(polls, "poll"), counted(wake_ups, "wake-up"),
        unnoticed.count() == 0 ? "none lay unnoticed"
                               : fmt::format("unnoticed for up to {}", to_text(unnoticed)));
}

} // namespace

nanoseconds longest_unnoticed(const request_record& request, const run_record& record) {
    if (request.looks.empty()) {
        return nanoseconds{0};
    }
    const time_span blind{request.looks.back().at, request.life.end};
    if (request.looks.back().polling) {
        return blind.length();
    }
    nanoseconds longest{0};
    for (const auto& slice : record.slices) {
        const time_span overlap{std::max(slice.begin, blind.begin), std::min(slice.end, blind.end)};
        longest = std::max<nanoseconds>(longest, overlap.length());
    }
    return longest;
}

timeline_style timeline_style::of_stdout() {
    timeline_style style;
    winsize size{};
    if (::isatty(STDOUT_FILENO) != 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0) {
        style.columns = std::min<int>(size.ws_col, 100);
    }
    std::setlocale(LC_CTYPE, "");
    style.utf8 = std::string_view{::nl_langinfo(CODESET)} == "UTF-8";
    return style;
}

std::string draw_timeline(const run_record& record, const timeline_style& style) {
    const auto& glyphs = style.utf8 ? utf8_glyphs : ascii_glyphs;
    const time_axis axis{record, style};
    return draw_lanes(record, axis, glyphs) + draw_scale(axis) + legend(axis, glyphs) +
           summary(record);
}

} // namespace netio
