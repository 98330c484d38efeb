#pragma once

#include <cstdint>
#include <string_view>

namespace netio {

/// Allows this process as many descriptors as the system grants, and checks that @p sockets of them
/// are left for sockets.
///
/// @param remedy what else the user can do than raise the limit, such as "Lower --at-once".
/// @throws std::runtime_error with the limit and the remedy, if there are not enough.
void require_descriptors(std::uint64_t sockets, std::string_view remedy);

} // namespace netio
