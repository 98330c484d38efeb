#pragma once

#include "common/client/run_record.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace netio {

/// The longest that a reply can have lain in the system before @p request took it.
///
/// For a task that polls: the time since its last look that found nothing. For a task that the
/// loop resumes: the slice right before, during which the loop could not ask the system.
[[nodiscard]] std::chrono::nanoseconds longest_unnoticed(const request_record& request,
                                                         const run_record& record);

/// How the thread was used, in sentences: computing, pauses, looks for replies.
///
/// @param columns the width at which lines are broken.
[[nodiscard]] std::string summary(const run_record& record, std::size_t columns);

} // namespace netio
