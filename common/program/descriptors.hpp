#pragma once

#include <cstdint>

namespace netio {

/// Occupies those of the descriptors 0, 1 and 2 that are closed at the start.
///
/// Otherwise the first socket would get such a number, and what is meant for
/// stdout or stderr would reach the peer. Writing to them fails, as it did before.
void reserve_standard_descriptors();

/// Lets this process open as many files and sockets as it is allowed to: raises its soft
/// limit to the hard one. Does nothing where the system refuses.
void raise_descriptor_limit();

/// How many files and sockets this process may have open at the same time.
[[nodiscard]] std::uint64_t descriptor_limit();

} // namespace netio
