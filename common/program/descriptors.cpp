#include "common/program/descriptors.hpp"

#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <sys/resource.h>
#include <tuple>
#include <unistd.h>

namespace netio {

void reserve_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            // open() takes the lowest free number, which is this one. The access mode is
            // wrong on purpose, so that using the descriptor remains an error.
            std::ignore = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        std::ignore = ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::uint64_t descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

} // namespace netio
