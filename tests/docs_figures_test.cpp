// The figures of docs/when-it-pays.md and of the README are those of docs/when-it-pays.csv.

#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <istream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using row = std::map<std::string, std::string>; ///< the values of the columns

std::vector<std::string> split(const std::string& line, char separator) {
    std::vector<std::string> parts;
    std::istringstream text{line};
    for (std::string part; std::getline(text, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

std::vector<row> read_csv(std::istream& file) {
    std::vector<std::string> columns;
    std::vector<row> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) {
            continue;
        }
        const auto values = split(line, ',');
        if (columns.empty()) {
            columns = values;
            continue;
        }
        row added;
        for (std::size_t i = 0; i < values.size(); ++i) {
            added[columns.at(i)] = values[i];
        }
        rows.push_back(added);
    }
    return rows;
}

/// A number as a page says it, and its unit: "1,000 requests", "0.50 s".
struct figure {
    std::string number;
    std::string unit;
};

double value_of(const std::string& number) {
    std::string digits = number;
    std::erase(digits, ',');
    return std::stod(digits);
}

/// How many units of the page are one unit of the CSV's column. 0 if the column has another unit.
double scale(const std::string& column, const std::string& unit) {
    static const std::map<std::string, std::map<std::string, double>> units{
        {"_s", {{"s", 1}, {"ms", 1e3}, {"us", 1e6}}},
        {"_ms", {{"ms", 1}, {"s", 1e-3}}},
        {"_mib", {{"MiB", 1}}},
        {"_kib", {{"KiB", 1}}},
        {"_percent", {{"%", 1}}},
        {"_slices", {{"slices", 1}}},
        {"requests", {{"requests", 1}, {"threads", 1}, {"sockets", 1}}},
        {"switches", {{"context switches", 1}}},
        {"cores", {{"cores", 1}, {"core", 1}}}};
    for (const auto& [end, scales] : units) {
        if (column.ends_with(end)) {
            const auto found = scales.find(unit);
            return found == scales.end() ? 0.0 : found->second;
        }
    }
    return 0.0;
}

/// Whether the figure is the value, rounded to as many digits as the page gives.
bool is_rounded(const figure& said, double value) {
    const auto point = said.number.find('.');
    const auto decimals = point == std::string::npos ? 0 : said.number.size() - point - 1;
    const double unit = std::pow(10.0, -static_cast<double>(decimals));
    return std::abs(value_of(said.number) - value) <= 0.5001 * unit;
}

bool is_in(const figure& said, const std::string& column, const std::string& value) {
    const double factor = scale(column, said.unit);
    return factor > 0.0 && !value.empty() && is_rounded(said, factor * std::stod(value));
}

const std::string number = R"(\d[\d,]*(?:\.\d+)?)";
const std::string unit =
    "(s|ms|us|MiB|KiB|%|slices|requests|threads|sockets|context switches|cores?)\\b|%";

/// The figures in a text, without those in code and in links.
///
/// @throws std::runtime_error if a number has no unit, so that it cannot be checked.
std::vector<figure> figures_in(std::string text) {
    text = std::regex_replace(text, std::regex{"`[^`]*`|\\]\\([^)]*\\)|<!--[^>]*-->|\\s+"}, " ");
    const std::regex pattern{"(" + number + ")( (" + unit + "))?"};
    std::vector<figure> found;
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}, end; match != end;
         ++match) {
        if (!(*match)[2].matched) {
            throw std::runtime_error("a number without a unit: " + match->str() +
                                     match->suffix().str().substr(0, 30));
        }
        found.push_back({(*match)[1], (*match)[3]});
    }
    return found;
}

/// The cells of a row of a table, without the white space around them.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    for (const auto& part : split(line.substr(1), '|')) {
        cells.push_back(std::regex_replace(part, std::regex{"^ +| +$"}, ""));
    }
    return cells;
}

bool is_equal(const std::string& cell, const std::string& column, const std::string& value) {
    const auto figures = std::isdigit(static_cast<unsigned char>(cell.front())) != 0
                             ? figures_in(cell)
                             : std::vector<figure>{};
    return figures.empty() ? cell == value : is_in(figures.front(), column, value);
}

/// A section of the page, and which rows of the CSV it is about: all, or those of an experiment.
struct section {
    std::string experiment;
    std::string text;                 ///< without tables from the CSV, without blocks of code
    std::vector<std::string> columns; ///< of the last table from the CSV
    std::vector<std::vector<std::string>> rows; ///< of cells, with columns first
};

void skip_block(std::istream& page) {
    for (std::string line; std::getline(page, line) && line != "```";) {
    }
}

/// The sections begin with a heading. `<!-- figures: load -->` names the experiment;
/// `<!-- columns: way time_s -->` begins a table whose cells are from these columns.
std::vector<section> sections_of(std::istream& page) {
    std::vector<section> found(1);
    std::smatch match;
    for (std::string line; std::getline(page, line);) {
        auto& current = found.back();
        if (line.starts_with("```")) {
            skip_block(page);
        } else if (line.starts_with("## ")) {
            found.push_back({});
        } else if (std::regex_match(line, match, std::regex{"<!-- figures: (.*) -->"})) {
            current.experiment = match[1];
        } else if (std::regex_match(line, match, std::regex{"<!-- columns: (.*) -->"})) {
            current.columns = split(match[1], ' ');
            std::getline(page, line); // the head of the table
            std::getline(page, line);
            while (std::getline(page, line) && line.starts_with('|')) {
                current.rows.push_back(cells_of(line));
            }
        } else {
            current.text += line + '\n';
        }
    }
    return found;
}

std::vector<row> rows_of(const std::vector<row>& all, const std::string& experiment) {
    std::vector<row> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](const row& one) {
        return experiment.empty() || one.at("experiment") == experiment;
    });
    return some;
}

bool is_row(const std::vector<std::string>& cells, const std::vector<std::string>& columns,
            row csv) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!is_equal(cells[i], columns.at(i), csv[columns.at(i)])) {
            return false;
        }
    }
    return true;
}

bool is_anywhere(const figure& said, const std::vector<row>& rows) {
    return std::any_of(rows.begin(), rows.end(), [&](const row& one) {
        return std::any_of(one.begin(), one.end(),
                           [&](const auto& cell) { return is_in(said, cell.first, cell.second); });
    });
}

std::string content(const std::string& path) {
    std::ifstream file{std::string{NETIO_SOURCE_DIR "/"} + path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// What the CSV says about the machine.
std::string origin() {
    const auto csv = content("docs/when-it-pays.csv");
    return csv.substr(2, csv.find('\n') - 2); // without "# "
}

} // namespace

TEST_CASE("docs: a figure is a number of the CSV, rounded", "[docs]") {
    CHECK(is_in({"1.30", "s"}, "time_s", "1.3049"));
    CHECK_FALSE(is_in({"1.31", "s"}, "time_s", "1.3049"));
    CHECK(is_in({"1,300", "ms"}, "time_s", "1.3"));
    CHECK_FALSE(is_in({"1.30", "MiB"}, "time_s", "1.3"));
    CHECK(figures_in("In 2.5 s, `7` [a](b1)").size() == 1);
    CHECK_THROWS(figures_in("7 things"));
}

TEST_CASE("docs: the figures of when-it-pays.md are in its CSV", "[docs]") {
    std::istringstream csv{content("docs/when-it-pays.csv")};
    const auto all = read_csv(csv);
    std::istringstream page{content("docs/when-it-pays.md")};
    std::size_t count = 0;
    for (const auto& part : sections_of(page)) {
        const auto rows = rows_of(all, part.experiment);
        REQUIRE_FALSE(rows.empty());
        for (const auto& said : figures_in(part.text)) {
            CAPTURE(part.experiment, said.number, said.unit);
            CHECK(is_anywhere(said, rows));
            ++count;
        }
        for (const auto& cells : part.rows) {
            CAPTURE(part.experiment, cells);
            CHECK(std::any_of(rows.begin(), rows.end(),
                              [&](const row& one) { return is_row(cells, part.columns, one); }));
            ++count;
        }
    }
    CHECK(count >= 20);
}

TEST_CASE("docs: page and picture of when-it-pays are of the measurement in the CSV", "[docs]") {
    const auto said = origin();
    REQUIRE(said.starts_with("Measured on: "));
    CHECK(content("docs/when-it-pays.svg").find(said) != std::string::npos);
    std::string words = content("docs/when-it-pays.md");
    std::replace(words.begin(), words.end(), '\n', ' ');
    CHECK(words.find(said) != std::string::npos);
}

TEST_CASE("docs: the figures of the README's table are in the CSV", "[docs]") {
    std::istringstream csv{content("docs/when-it-pays.csv")};
    const auto all = read_csv(csv);
    const auto page = content("README.md");
    std::smatch found; // the names of experiments, one for each row of the table that follows
    REQUIRE(std::regex_search(page, found, std::regex{"<!-- figures: (.*) -->\n.*\n.*\n"}));
    std::istringstream table{found.suffix()};
    for (const auto& experiment :
         split(std::regex_replace(found.str(1), std::regex{", "}, ","), ',')) {
        std::string line;
        REQUIRE(std::getline(table, line));
        const auto figures = figures_in(line);
        CHECK(figures.size() >= 3);
        for (const auto& said : figures) {
            CAPTURE(experiment, said.number, said.unit);
            CHECK(is_anywhere(said, rows_of(all, experiment)));
        }
    }
}

TEST_CASE("docs: the README is short", "[docs]") {
    std::istringstream words{content("README.md")};
    CHECK(std::distance(std::istream_iterator<std::string>{words}, {}) <= 900);
}
