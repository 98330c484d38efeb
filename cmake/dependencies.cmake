include(FetchContent)

# netio_dependency(NAME REPOSITORY COMMIT DEBIAN_PACKAGE FIND_PACKAGE_ARGUMENT...)
#
# Looks for the library on the system, and fetches a pinned release only if the library is
# missing or too old. SYSTEM (no warnings from its headers) must come first: elsewhere,
# CMake 3.25.1 would treat it as a part of the value before it.
macro(netio_dependency name repository commit package)
    FetchContent_Declare(${name} SYSTEM
        GIT_REPOSITORY https://github.com/${repository}.git
        GIT_TAG ${commit}
        FIND_PACKAGE_ARGS ${ARGN})
    # Skipped where FetchContent itself would not look on the system.
    string(TOUPPER ${name} netio_upper_name)
    if(NOT FETCHCONTENT_SOURCE_DIR_${netio_upper_name}
            AND NOT FETCHCONTENT_TRY_FIND_PACKAGE_MODE STREQUAL NEVER)
        find_package(${name} ${ARGN} QUIET)
        if(NOT ${name}_FOUND)
            # Printed before fetching, because CMake stops if the fetch fails.
            message(STATUS "${name} is missing or too old, so CMake fetches it. If that "
                "fails, install it (on Debian: ${package}).")
        endif()
    endif()
    FetchContent_MakeAvailable(${name})
endmacro()

# Fetched: asio 1.36.0, fmt 12.1.0, CLI11 2.6.2, Catch2 3.7.1.
netio_dependency(Asio chriskohlhoff/asio
    231cb29bab30f82712fcd54faaea42424cc6e710 libasio-dev 1.22 MODULE)
if(NOT TARGET asio::asio)
    # asio was fetched. It has no CMake files, so the find module defines the target here,
    # too. The module is included, because find_package() would do nothing: it regards
    # everything that was fetched as found.
    set(ASIO_ROOT ${asio_SOURCE_DIR})
    set(Asio_FIND_REQUIRED TRUE)
    unset(Asio_INCLUDE_DIR CACHE) # an earlier run may have found the system's
    include(FindAsio)
endif()

# An installed binary library fits one processor and one standard library. For any other,
# only headers can be used. fmt, and Catch2 before 3, can be used as headers only.
if(NETIO_HEADER_ONLY)
    list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/header_only)
endif()
netio_dependency(fmt fmtlib/fmt
    407c905e45ad75fc29bf0f9bb7c5c2fd3475976f libfmt-dev 9)
netio_dependency(CLI11 CLIUtils/CLI11
    37bb6edc5317e99af72ef48405e65d9ca5218861 libcli11-dev 2.1)
if(NETIO_TESTS OR NETIO_BENCHMARKS)
    # No version is given: 2.13 and 3.x both work, and each rejects a request for the other.
    set(netio_catch2_version)
    if(NETIO_HEADER_ONLY)
        set(netio_catch2_version 2)
    endif()
    netio_dependency(Catch2 catchorg/Catch2
        fa43b77429ba76c462b1898d6cd2f2d7a9416b14 catch2 ${netio_catch2_version})
    if(catch2_SOURCE_DIR)
        list(APPEND CMAKE_MODULE_PATH ${catch2_SOURCE_DIR}/extras)
    endif()
endif()

# asio allocates with std::aligned_alloc in source files that include a standard header
# before asio, and with operator new in the others. Both versions are inline functions of
# the same name, so memory from one could be released by the other. Hence operator new is
# used everywhere.
#
# asio keeps freed blocks of memory for the next operation, by default two for each purpose. A
# request of the server uses more, and would allocate them anew.
#
# asio 1.22 does not detect that clang has coroutines: ASIO_HAS_CO_AWAIT tells it.
set_property(TARGET asio::asio APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS
    ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC ASIO_HAS_CO_AWAIT
    ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)

if(WIN32)
    # Windows 10; and from windows.h no macros called min and max, and no rarely used parts.
    set(NETIO_WINDOWS_DEFINITIONS _WIN32_WINNT=0x0A00 NOMINMAX WIN32_LEAN_AND_MEAN)
    set_property(TARGET asio::asio APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS
        ${NETIO_WINDOWS_DEFINITIONS})
    set_property(TARGET asio::asio APPEND PROPERTY INTERFACE_LINK_LIBRARIES ws2_32 mswsock)
endif()
