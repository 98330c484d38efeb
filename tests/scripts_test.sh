#!/bin/sh
# Tests of what the scripts in scripts/ decide: scripts_test.sh PROJECT_FOLDER
set -eu
project=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

check() {
    [ "$2" = "$3" ] && return 0
    printf '%s\nexpected: %s\nfound:    %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}

# verdict SERIAL ASYNC REQUEST SERIAL_SHARE ASYNC_SHARE
verdict() {
    awk -v serial="$1" -v async="$2" -v request="$3" -v serial_share="$4" -v async_share="$5" \
        -f "$project/scripts/verdict.awk"
}

check "idle" \
    "async_client saved 3.8 s of 10.4 s: it computed while the server worked." \
    "$(verdict 10.41 6.58 3.86 100 100)"
check "quick" \
    "async_client saved 0.25 s of 0.71 s: it computed while the server worked." \
    "$(verdict 0.71 0.46 0.25 100 100)"
check "one processor for both" \
    "async_client saved nothing: the server and the sum shared a processor (the thread had a processor for 52 % of the time)." \
    "$(verdict 7.1 7.15 2.5 100 52)"
check "one processor, and the second run was a little faster" \
    "async_client saved only 0.3 s of 7.1 s: the server and the sum shared a processor (the thread had a processor for 66 % of the time)." \
    "$(verdict 7.1 6.8 2.5 99 66)"
check "a busy neighbour on one of two processors" \
    "async_client saved 1.2 s of 7.1 s: it computed while the server worked.
It could have saved more: the thread had a processor for 78 % of the time." \
    "$(verdict 7.1 5.9 2.5 100 78)"
check "busy neighbours on all processors" \
    "async_client saved 2.5 s of 14.2 s: it computed while the server worked.
Other programs used the processors, too: the thread had a processor for 40 % of the time." \
    "$(verdict 14.2 11.7 5 50 40)"
check "busy neighbours, and nothing saved" \
    "async_client saved nothing: other programs used the processors, too (the thread had a processor for 33 % of the time)." \
    "$(verdict 14.2 14.9 5 50 33)"
check "a slow second run" \
    "async_client saved nothing: its own sum took longer this time, although the thread had a processor for 99 % of the time. Try again." \
    "$(verdict 7.1 7.3 2.5 100 99)"

# A build folder that was copied is removed; one that is in its place, or reached by another
# name, is kept.
made() {
    mkdir -p "$1/build/release"
    printf '%s\n' "CMAKE_CACHEFILE_DIR:INTERNAL=$1/build/release" \
        "CMAKE_HOME_DIRECTORY:INTERNAL=$1" >"$1/build/release/CMakeCache.txt"
}
discard() {
    (cd "$1" && . "$project/scripts/lib.sh" && discard_copied_build build/release)
}
made "$scratch/original"
ln -s original "$scratch/link"
check "in its place" "" "$(discard "$scratch/original")"
check "by another name" "" "$(discard "$scratch/link")"
cp -R "$scratch/original" "$scratch/the copy"
check "copied" \
    "build/release was made in another folder, $scratch/original/build/release: building afresh." \
    "$(discard "$scratch/the copy")"
check "removed" "no" "$([ -e "$scratch/the copy/build/release" ] && echo yes || echo no)"
check "none" "" "$(discard "$scratch/the copy")"

# The scripts find the project through links, from every folder, and with every CDPATH.
mkdir -p "$scratch/elsewhere/scripts"
ln -s "$project/scripts/demo" "$scratch/elsewhere/demo"
ln -s elsewhere/demo "$scratch/demo"
check "through a link" "usage: scripts/demo [--quick] [--kernel NAME]" \
    "$(cd "$scratch" && CDPATH=$scratch/elsewhere bash ./demo --help)"

[ "$failures" -eq 0 ]
