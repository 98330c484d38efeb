#include "common/program/descriptors.hpp"

#include "common/platform/platform.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace netio {

void require_descriptors(std::uint64_t sockets, std::string_view remedy) {
    platform::raise_descriptor_limit();
    constexpr std::uint64_t others = 16; // the standard streams, the event loop's, the trace
    const auto limit = platform::descriptor_limit();
    if (sockets > 1 && sockets + others > limit) {
        throw std::runtime_error(
            fmt::format("{} requests at the same time need {} descriptors, and "
                        "the limit is {}. {}, or raise the limit (ulimit -n)",
                        sockets, sockets + others, limit, remedy));
    }
}

} // namespace netio
