# Finds standalone asio, which has no CMake package of its own.
#
# Defines the target asio::asio, and Asio_VERSION. Looks first for a package that provides
# that target, then for the headers: below ASIO_ROOT, where their folder is asio/include up
# to release 1.36 and include after it, or on the system.

find_package(asio ${Asio_FIND_VERSION} CONFIG QUIET)
if(TARGET asio::asio)
    set(Asio_FOUND TRUE)
    if(asio_VERSION)
        set(Asio_VERSION ${asio_VERSION})
    endif()
    return()
endif()

find_path(Asio_INCLUDE_DIR asio/io_context.hpp
    HINTS ${ASIO_ROOT}
    PATH_SUFFIXES asio/include include)
mark_as_advanced(Asio_INCLUDE_DIR)

if(Asio_INCLUDE_DIR)
    # "#define ASIO_VERSION 102201 // 1.22.1"
    file(STRINGS ${Asio_INCLUDE_DIR}/asio/version.hpp Asio_version_line
        REGEX "^#define ASIO_VERSION [0-9]+")
    string(REGEX MATCH "[0-9.]+$" Asio_VERSION "${Asio_version_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Asio
    REQUIRED_VARS Asio_INCLUDE_DIR
    VERSION_VAR Asio_VERSION)

if(Asio_FOUND)
    find_package(Threads REQUIRED)
    add_library(asio::asio INTERFACE IMPORTED)
    target_include_directories(asio::asio SYSTEM INTERFACE ${Asio_INCLUDE_DIR})
    target_link_libraries(asio::asio INTERFACE Threads::Threads)
endif()
