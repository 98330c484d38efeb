# Each dependency is looked for on the system first (FIND_PACKAGE_ARGS); only
# where it is missing is a pinned release fetched, named by its commit. SYSTEM (no
# warnings from its headers) comes first: CMake 3.25.1 would take it for a part of
# the value before it.
include(FetchContent)

FetchContent_Declare(Asio SYSTEM
    GIT_REPOSITORY https://github.com/chriskohlhoff/asio.git
    GIT_TAG 231cb29bab30f82712fcd54faaea42424cc6e710 # 1.36.0
    FIND_PACKAGE_ARGS 1.22 MODULE)
FetchContent_Declare(fmt SYSTEM
    GIT_REPOSITORY https://github.com/fmtlib/fmt.git
    GIT_TAG 407c905e45ad75fc29bf0f9bb7c5c2fd3475976f # 12.1.0
    FIND_PACKAGE_ARGS 9)
FetchContent_Declare(CLI11 SYSTEM
    GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git
    GIT_TAG 37bb6edc5317e99af72ef48405e65d9ca5218861 # 2.6.2
    FIND_PACKAGE_ARGS 2.1)
FetchContent_MakeAvailable(Asio fmt CLI11)

if(NOT TARGET asio::asio)
    # Fetched. asio has no CMake files of its own, so the find module serves it too;
    # included, because find_package() takes all that was fetched for found.
    set(ASIO_ROOT ${asio_SOURCE_DIR})
    set(Asio_FIND_REQUIRED TRUE)
    unset(Asio_INCLUDE_DIR CACHE) # the system's, perhaps, from an earlier run
    include(FindAsio)
endif()

# asio allocates with std::aligned_alloc in source files that include a standard
# header before it, and with operator new in the others; as both are inline
# functions of one name, memory from one is then given back to the other. So: operator
# new everywhere.
#
# asio 1.22 does not know that clang has coroutines: it is told.
set_property(TARGET asio::asio APPEND PROPERTY
    INTERFACE_COMPILE_DEFINITIONS ASIO_DISABLE_STD_ALIGNED_ALLOC ASIO_HAS_CO_AWAIT)

if(NETIO_TESTS OR NETIO_BENCHMARKS)
    # No version: 2.13 and 3.x both serve, and either rejects a request for the other.
    FetchContent_Declare(Catch2 SYSTEM
        GIT_REPOSITORY https://github.com/catchorg/Catch2.git
        GIT_TAG fa43b77429ba76c462b1898d6cd2f2d7a9416b14 # 3.7.1
        FIND_PACKAGE_ARGS)
    FetchContent_MakeAvailable(Catch2)
    if(catch2_SOURCE_DIR)
        list(APPEND CMAKE_MODULE_PATH ${catch2_SOURCE_DIR}/extras)
    endif()
endif()
