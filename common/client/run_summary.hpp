#pragma once

#include "common/client/run_record.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace netio {

/// The longest time that the reply of @p request can have lain unread in the system.
///
/// For a task that polls: the time since its last look that found nothing. For a task that the
/// loop resumes: the slice just before, during which the loop could not ask the system. 0 if
/// the request failed, or if the loop was waiting when the reply came.
[[nodiscard]] std::chrono::nanoseconds longest_unnoticed(const request_record& request,
                                                         const run_record& record);

/// How the thread was used, in sentences: computing, pauses, looks for replies.
///
/// @param columns the width at which lines are broken.
[[nodiscard]] std::string summary(const run_record& record, std::size_t columns);

} // namespace netio
