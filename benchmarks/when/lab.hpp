#pragma once

#include "benchmarks/when/table.hpp"
#include "benchmarks/when/ways.hpp"
#include "tests/process.hpp"

#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace netio::when {

/// Some work, and the row that will have its costs.
struct attempt {
    row result;
    std::function<outcome()> work;
};

/// The machine, and what has been found on it so far.
class lab {
public:
    /// Measures how fast the machine computes.
    lab(std::string server_program, bool quick);

    [[nodiscard]] bool is_quick() const { return quick_; }

    /// How often each thing is measured.
    [[nodiscard]] int rounds(int usual) const { return quick_ ? 1 : usual; }

    /// So many seconds in a usual run; a fifth in a quick one.
    [[nodiscard]] double seconds(double usual) const { return quick_ ? usual / 5 : usual; }

    /// How many uniform draws the client adds up in so many seconds.
    [[nodiscard]] std::uint64_t draws(double seconds) const;

    /// How many Gaussian draws the server adds up in so many seconds.
    [[nodiscard]] std::uint64_t samples(double seconds) const;

    [[nodiscard]] const std::string& server_program() const { return server_program_; }

    /// Measures the attempts in turn, so that other work on the machine affects all of them alike.
    ///
    /// @param core the only core that the clients may use; nothing for all cores.
    /// @throws std::runtime_error if some request had no reply, or a total differs from that which
    ///         another attempt found with as many draws.
    void measure_in_turn(std::vector<attempt>& attempts, int rounds, std::optional<int> core = {});

private:
    void check(const cost& done, const row& wanted);

    std::string server_program_;
    bool quick_;
    double uniform_rate_;                    ///< draws in a second
    double gaussian_rate_;                   ///< draws in a second
    std::map<double, uniform_total> totals_; ///< for each time of computing
};

/// The real server, for as long as this object exists. It waits, and then computes.
class real_server {
public:
    /// @param core the only core that it may use; nothing for all cores.
    real_server(const std::string& program, double wait, std::uint64_t samples = 0,
                std::optional<int> core = {});

    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

private:
    testing::process process_;
    asio::ip::tcp::endpoint endpoint_;
};

} // namespace netio::when
