#include "benchmarks/when/table.hpp"

#include "common/platform/platform.hpp"
#include "common/random/kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sys/utsname.h>

namespace netio::when {
namespace {

#ifdef __clang__
constexpr auto compiler = "clang " __clang_version__;
#else
constexpr auto compiler = "g++ " __VERSION__;
#endif

constexpr auto explanation =
    R"(# Made by scripts/when. Each row has the medians of runs that took turns.
# Columns: requests wait at the server for wait_s each; the client computes for computing_s in all,
# and yields after each slice_s. model_s: wait + computing, or the longer of both; off_percent: how
# much longer it took. processor_s, resident_mib (at its peak) and switches (context switches) are
# the client's. kernel_mib: the greatest rise of Slab + KernelStack + PageTables in /proc/meminfo;
# the server's ends of the connections count, too. *_each_kib: what each further request adds to the
# memory of a single one. p50_ms, p99_ms: how late replies were noticed, counted from the moment
# when a request that had started when it was due would have had its reply.
)";

constexpr auto header =
    "experiment,way,server,requests,wait_s,computing_s,wait_per_computing,slice_s,cores,time_s,"
    "model_s,off_percent,processor_s,resident_mib,kernel_mib,switches,resident_each_kib,"
    "kernel_each_kib,p50_ms,p99_ms,p50_slices,p99_slices,error\n";

std::string value_in(const char* path, const std::string& key) {
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(key, 0) == 0) {
            const auto value = line.find_first_not_of(" \t:", key.size());
            return value == std::string::npos ? "" : line.substr(value);
        }
    }
    return "unknown";
}

template <class Field>
double median(const std::vector<cost>& costs, Field field) {
    std::vector<double> values(costs.size());
    std::transform(costs.begin(), costs.end(), values.begin(),
                   [=](const cost& one) { return static_cast<double>(one.*field); });
    std::sort(values.begin(), values.end());
    return values.empty() ? 0.0 : values[values.size() / 2];
}

/// What each request adds to @p field, in KiB.
template <class Field>
std::string each(const row& measured, const row* single, Field field) {
    constexpr std::uint64_t many = 100; // with fewer, other programs make more difference
    if (single == nullptr || measured.requests < many) {
        return "";
    }
    const double rise = median(measured.costs, field) - median(single->costs, field);
    return fmt::format("{:.1f}",
                       rise * 1024 / static_cast<double>(measured.requests - single->requests));
}

std::string delays(const row& measured) {
    const double usual = median(measured.costs, &cost::median_delay);
    const double late = median(measured.costs, &cost::long_delay);
    if (late <= 0.0) {
        return ",,,,";
    }
    const auto slices = measured.slice ? fmt::format("{:.1f},{:.1f}", usual / *measured.slice,
                                                     late / *measured.slice)
                                       : ",";
    return fmt::format("{:.2f},{:.2f},{},", 1e3 * usual, 1e3 * late, slices);
}

/// The rest of the line, from the column time_s on.
std::string results(const row& measured, const row* single) {
    const auto& costs = measured.costs;
    const double time = median(costs, &cost::time);
    auto text = fmt::format("{:.4f},", time);
    text += measured.model
                ? fmt::format("{:.4f},{:.1f},", *measured.model, 100 * (time / *measured.model - 1))
                : ",,";
    text += fmt::format("{:.4f},{:.1f},{:.1f},{:.0f},", median(costs, &cost::processor_time),
                        median(costs, &cost::resident), median(costs, &cost::kernel),
                        median(costs, &cost::context_switches));
    text += each(measured, single, &cost::resident) + ',';
    text += each(measured, single, &cost::kernel) + ',';
    text += delays(measured);
    return text;
}

} // namespace

double median_processor_time(const row& measured) {
    return median(measured.costs, &cost::processor_time);
}

void print_head(std::uint64_t draws, double computing) {
    utsname system{};
    ::uname(&system);
    fmt::print("# Measured on: {}, {} cores; {} {}; {}; sums with {}: {:.1f} s for {} draws.\n",
               value_in("/proc/cpuinfo", "model name"), usable_cores().size(), system.sysname,
               system.release, compiler, kernel_in_use(), computing, draws);
    fmt::print("# Limits: {} descriptors, pid_max {}, threads-max {}, max_map_count {}.\n",
               platform::descriptor_limit(), value_in("/proc/sys/kernel/pid_max", ""),
               value_in("/proc/sys/kernel/threads-max", ""),
               value_in("/proc/sys/vm/max_map_count", ""));
    fmt::print("{}{}", explanation, header);
    std::fflush(stdout);
}

void print(const row& measured, const row* single) {
    const auto per =
        measured.computing > 0.0 ? fmt::format("{:.2f}", measured.wait / measured.computing) : "";
    fmt::print("{},{},{},{},{:.3f},{:.3f},{},{},{},", measured.experiment, measured.way,
               measured.server, measured.requests, measured.wait, measured.computing, per,
               measured.slice ? fmt::format("{:.4f}", *measured.slice) : "", measured.cores);
    const auto& error = measured.costs.front().error;
    if (error.front() != '\0') {
        fmt::print(",,,,,,,,,,,,,{}\n", error.data()); // of a limit: nothing else was measured
    } else {
        fmt::print("{}\n", results(measured, single));
    }
    std::fflush(stdout);
}

} // namespace netio::when
