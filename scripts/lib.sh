# shellcheck shell=sh
# Functions that the scripts share. A script reads this file from the project's folder.

unset GREP_OPTIONS # macOS's grep still obeys it

# discard_copied_build FOLDER: removes a build folder that was made elsewhere, and then copied or
# moved with the project. CMake refuses to use such a folder.
discard_copied_build() {
    [ -f "$1/CMakeCache.txt" ] || return 0
    made_in=$(sed -n 's/^CMAKE_CACHEFILE_DIR:INTERNAL=//p' "$1/CMakeCache.txt")
    made_from=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$1/CMakeCache.txt")
    # shellcheck disable=SC3013 # -ef: all shells have it, and POSIX since 2024
    if [ ! "$made_in" -ef "$1" ] || [ ! "$made_from" -ef . ]; then
        echo "$1 was made in another folder, $made_in: building afresh."
        rm -rf "$1"
    fi
}

# build_programs TARGET...: builds them with the preset "release". Shows what the tools print
# only if they fail.
build_programs() {
    discard_copied_build build/release
    # The programs alone need no Catch2. A folder that has the tests keeps them.
    tests=OFF
    if [ -f build/release/build.ninja ] &&
        grep -qx 'NETIO_TESTS:BOOL=ON' build/release/CMakeCache.txt; then
        tests=ON
    fi
    echo "Building the programs. The first time, this takes a minute or two."
    log=$(cmake --preset release -D NETIO_TESTS="$tests" -D NETIO_BENCHMARKS="$tests" 2>&1 &&
        cmake --build --preset release --target "$@" 2>&1) || {
        printf '%s\n' "$log" >&2
        return 1
    }
}
