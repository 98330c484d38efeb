#pragma once

#include "common/client/client_options.hpp"

namespace netio {

/// @throws usage_error, or help_requested.
[[nodiscard]] client_options parse_serial_client_options(int argc, const char* const* argv);

/// Asks the server and idles until the reply arrives, as many times as --requests says. Then
/// sums uniform draws. Prints what it does.
///
/// Counterpart of serial_approach.py.
/// @throws std::runtime_error naming what failed: the host, a request or the trace;
///         std::system_error if stdout cannot be written.
void run_serial_client(const client_options& options);

} // namespace netio
