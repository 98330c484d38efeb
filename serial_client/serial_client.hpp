#pragma once

#include "common/client/client_options.hpp"

namespace netio {

/// @throws usage_error, or help_requested.
[[nodiscard]] client_options parse_serial_client_options(int argc, const char* const* argv);

/// Asks the server and idles until the answer arrives, as many times as --requests says. Then
/// sums uniform draws. Prints what it does.
///
/// Counterpart of serial_approach.py.
/// @throws std::runtime_error naming the address, when a request fails.
void run_serial_client(const client_options& options);

} // namespace netio
