# 64-bit Windows, with Debian's MinGW-w64 cross compiler. The programs run under Wine. To build on
# Windows itself, no toolchain file is needed.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

# The compiler does not look for headers in /usr/include, and must not: they include those of Linux.
# So the headers of the libraries, and only those, are linked into a folder of the build.
set(netio_host_libraries ${CMAKE_BINARY_DIR}/libraries)
get_property(netio_is_trial GLOBAL PROPERTY IN_TRY_COMPILE)
if(NOT netio_is_trial)
    foreach(name IN ITEMS asio asio.hpp catch2 CLI fmt)
        if(EXISTS /usr/include/${name})
            file(MAKE_DIRECTORY ${netio_host_libraries}/include)
            file(CREATE_LINK /usr/include/${name} ${netio_host_libraries}/include/${name} SYMBOLIC)
        endif()
    endforeach()
    # These find the headers beside them. The files left out describe compiled libraries.
    foreach(package IN ITEMS /usr/share/cmake/CLI11 /usr/lib/cmake/Catch2)
        if(EXISTS ${package})
            file(COPY ${package} DESTINATION ${netio_host_libraries}/lib/cmake
                PATTERN "*-none.cmake" EXCLUDE)
        endif()
    endforeach()
endif()

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/under_wine)

set(CMAKE_FIND_ROOT_PATH ${netio_host_libraries} /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
