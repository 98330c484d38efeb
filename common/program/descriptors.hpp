#pragma once

#include <cstdint>

namespace netio {

/// Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed.
///
/// Otherwise the first socket would get such a number, and text for stdout or stderr would
/// reach the peer. Reading from 0, and writing to 1 or 2, still fails, as it did before.
void reserve_standard_descriptors();

/// Raises the soft limit on open files and sockets to the hard limit. Does nothing if the
/// system refuses.
void raise_descriptor_limit();

/// The soft limit: how many files and sockets this process may have open at the same time.
[[nodiscard]] std::uint64_t descriptor_limit();

} // namespace netio
