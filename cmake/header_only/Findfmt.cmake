# Finds fmt's headers, and uses fmt without its compiled library: for a processor or a
# standard library that the installed library was not compiled for.

find_path(fmt_INCLUDE_DIR fmt/format.h)
mark_as_advanced(fmt_INCLUDE_DIR)

if(fmt_INCLUDE_DIR)
    # "#define FMT_VERSION 90100": in core.h up to release 10, in base.h after it.
    set(fmt_version_file ${fmt_INCLUDE_DIR}/fmt/base.h)
    if(NOT EXISTS ${fmt_version_file})
        set(fmt_version_file ${fmt_INCLUDE_DIR}/fmt/core.h)
    endif()
    file(STRINGS ${fmt_version_file} fmt_version_line REGEX "^#define FMT_VERSION [0-9]+")
    string(REGEX MATCH "[0-9]+$" fmt_version_number "${fmt_version_line}")
    math(EXPR fmt_major "${fmt_version_number} / 10000")
    math(EXPR fmt_minor "${fmt_version_number} / 100 % 100")
    set(fmt_VERSION ${fmt_major}.${fmt_minor})
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(fmt
    REQUIRED_VARS fmt_INCLUDE_DIR
    VERSION_VAR fmt_VERSION)

if(fmt_FOUND AND NOT TARGET fmt::fmt)
    add_library(fmt::fmt INTERFACE IMPORTED)
    target_include_directories(fmt::fmt SYSTEM INTERFACE ${fmt_INCLUDE_DIR})
    target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
endif()
