#include "tests/cluster.hpp"

#include "tests/patience.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace netio::testing {
namespace {

using asio::local::stream_protocol;
using std::chrono::steady_clock;

std::filesystem::path make_folder() {
    auto name = (std::filesystem::temp_directory_path() / "netio-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "cannot create " + name);
    }
    return name;
}

/// docs/haproxy.cfg with other addresses.
std::string configuration(const std::filesystem::path& control,
                          const std::vector<std::string>& ports) {
    std::ifstream file{NETIO_SOURCE_DIR "/docs/haproxy.cfg"};
    std::string text;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("    stats socket ")) {
            line = "    stats socket " + control.string() + " level admin";
        } else if (line.starts_with("    bind ")) {
            line = "    bind fd@0";
        } else if (line.starts_with("    server ")) {
            continue;
        }
        text += line + '\n';
    }
    for (std::size_t i = 0; i < ports.size(); ++i) { // the servers come last
        text += "    server s" + std::to_string(i + 1) + " 127.0.0.1:" + ports[i] + '\n';
    }
    return text;
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream stream{line};
    for (std::string cell; std::getline(stream, cell, ',');) {
        cells.push_back(cell);
    }
    return cells;
}

} // namespace

std::string find_haproxy() {
    const char* const path = std::getenv("PATH");
    // Where Debian installs it, which is not in the path of ordinary users.
    std::istringstream folders{std::string{path != nullptr ? path : ""} + ":/usr/sbin"};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const auto file = folder + "/haproxy";
        if (::access(file.c_str(), X_OK) == 0) {
            return file;
        }
    }
    return "";
}

balancer::balancer(const std::vector<std::string>& ports)
    : listener_{loop_, {asio::ip::address_v4::loopback(), 0}}
    , folder_{make_folder()} {
    const auto rules = folder_ / "haproxy.cfg";
    std::ofstream{rules} << configuration(folder_ / "control", ports);
    const int listener = listener_.native_handle();
    haproxy_ = std::make_unique<process>(
        std::vector<std::string>{find_haproxy(), "-db", "-f", rules.string()}, [listener] {
            ::dup2(listener, STDIN_FILENO); // the fd@0 of the configuration
        });
    const auto deadline = steady_clock::now() + patience;
    while (true) {
        try {
            static_cast<void>(state("BACKEND"));
            return;
        } catch (const std::system_error&) {
            // HAProxy ends early, or not in time, only when something is wrong.
            pollfd ended{haproxy_->exit_event(), POLLIN, 0};
            if (::poll(&ended, 1, 5) > 0 || steady_clock::now() > deadline) {
                throw std::runtime_error("HAProxy does not start");
            }
        }
    }
}

balancer::~balancer() {
    haproxy_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string balancer::say(const std::string& command) const {
    asio::io_context loop{1};
    stream_protocol::socket socket{loop};
    socket.connect(stream_protocol::endpoint{(folder_ / "control").string()});
    asio::write(socket, asio::buffer(command + '\n'));
    std::string answer;
    std::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    if (end != asio::error::eof) {
        throw std::system_error(end, "reading HAProxy's answer");
    }
    return answer;
}

std::map<std::string, std::string> balancer::state(const std::string& server) const {
    std::istringstream table{say("show stat")};
    std::string line;
    std::getline(table, line); // "# pxname,svname,qcur,..."
    const auto columns = cells_of(line);
    while (std::getline(table, line)) {
        const auto cells = cells_of(line);
        if (cells.size() < 2 || cells[1] != server) {
            continue;
        }
        std::map<std::string, std::string> state;
        for (std::size_t i = 0; i < std::min(cells.size(), columns.size()); ++i) {
            state[columns[i]] = cells[i];
        }
        return state;
    }
    throw std::runtime_error("HAProxy knows no server " + server);
}

std::uint64_t balancer::count(const std::string& server, const std::string& column) const {
    return std::stoull(state(server).at(column));
}

} // namespace netio::testing
