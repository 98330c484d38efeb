include(FetchContent)

# netio_dependency(NAME REPOSITORY COMMIT DEBIAN_PACKAGE FIND_PACKAGE_ARGUMENT...)
#
# Looked for on the system first; only where it is missing is a pinned release
# fetched. SYSTEM (no warnings from its headers) comes first: CMake 3.25.1 would take
# it for a part of the value before it.
macro(netio_dependency name repository commit package)
    FetchContent_Declare(${name} SYSTEM
        GIT_REPOSITORY https://github.com/${repository}.git
        GIT_TAG ${commit}
        FIND_PACKAGE_ARGS ${ARGN})
    # FetchContent would not look on the system for what it is told to take elsewhere.
    string(TOUPPER ${name} netio_upper_name)
    if(NOT FETCHCONTENT_SOURCE_DIR_${netio_upper_name}
            AND NOT FETCHCONTENT_TRY_FIND_PACKAGE_MODE STREQUAL NEVER)
        find_package(${name} ${ARGN} QUIET)
        if(NOT ${name}_FOUND)
            # Said beforehand: if it cannot be fetched, CMake ends there.
            message(STATUS "${name} is not installed, or too old, so it is fetched. If that "
                "fails, install it (on Debian: ${package}).")
        endif()
    endif()
    FetchContent_MakeAvailable(${name})
endmacro()

# Fetched: asio 1.36.0, fmt 12.1.0, CLI11 2.6.2, Catch2 3.7.1.
netio_dependency(Asio chriskohlhoff/asio
    231cb29bab30f82712fcd54faaea42424cc6e710 libasio-dev 1.22 MODULE)
if(NOT TARGET asio::asio)
    # Fetched. asio has no CMake files of its own, so the find module serves it too;
    # included, because find_package() takes all that was fetched for found.
    set(ASIO_ROOT ${asio_SOURCE_DIR})
    set(Asio_FIND_REQUIRED TRUE)
    unset(Asio_INCLUDE_DIR CACHE) # the system's, perhaps, from an earlier run
    include(FindAsio)
endif()

# An installed library fits one processor and one standard library. For any other, its
# headers serve, where it has a form that is headers only: fmt, and Catch2 before 3.
if(NETIO_HEADER_ONLY)
    list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/header_only)
endif()
netio_dependency(fmt fmtlib/fmt
    407c905e45ad75fc29bf0f9bb7c5c2fd3475976f libfmt-dev 9)
netio_dependency(CLI11 CLIUtils/CLI11
    37bb6edc5317e99af72ef48405e65d9ca5218861 libcli11-dev 2.1)
if(NETIO_TESTS OR NETIO_BENCHMARKS)
    # No version: 2.13 and 3.x both serve, and either rejects a request for the other.
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

# asio allocates with std::aligned_alloc in source files that include a standard
# header before it, and with operator new in the others; as both are inline
# functions of one name, memory from one is then given back to the other. So: operator
# new everywhere.
#
# asio 1.22 does not know that clang has coroutines: it is told.
set_property(TARGET asio::asio APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS
    ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC ASIO_HAS_CO_AWAIT)
