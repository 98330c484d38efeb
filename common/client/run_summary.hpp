#pragma once

#include "common/client/run_record.hpp"

#include <chrono>
#include <string>

namespace netio {

/// The longest that a reply can have lain in the system before @p request took it.
///
/// For a task that polls: since it last looked in vain. For one that the loop resumes: the
/// slice during which the thread could not ask the system, if a slice came right before.
[[nodiscard]] std::chrono::nanoseconds longest_unnoticed(const request_record& request,
                                                         const run_record& record);

/// How the thread was used, in sentences: pauses, looks for replies.
[[nodiscard]] std::string summary(const run_record& record);

} // namespace netio
