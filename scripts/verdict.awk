# Says in words what the two runs of scripts/demo showed. Variables, set with -v:
#
# serial, async                how long the clients took, in seconds
# request                      how long serial_client waited for the reply, in seconds
# serial_share, async_share    "had a processor for N %": how much of its computing time the
#                              client's thread had a processor

# Two decimals where the whole run is short.
function seconds(time) {
    return sprintf(serial < 2 ? "%.2f s" : "%.1f s", time)
}

BEGIN {
    saved = serial - async
    # No client can save more than the time for which the serial one waits. Less than a third
    # of that may be chance.
    overlapped = saved >= request / 3
    shared = async_share < 90
    # Alone with a server that has nothing to do, serial_client shares with other programs only.
    busy = serial_share < 90

    had = "the thread had a processor for " async_share " % of the time"
    if (overlapped) {
        printf "async_client saved %s of %s: it computed while the server worked.\n",
            seconds(saved), seconds(serial)
        if (busy) {
            printf "Other programs used the processors, too: %s.\n", had
        } else if (shared) {
            printf "It could have saved more: %s.\n", had
        }
    } else {
        little = "only " seconds(saved) " of " seconds(serial)
        printf "async_client saved %s: ", (saved > serial / 50 ? little : "nothing")
        if (busy) {
            printf "other programs used the processors, too (%s).\n", had
        } else if (shared) {
            printf "the server and the sum shared a processor (%s).\n", had
        } else {
            printf "its own sum took longer this time, although %s. Try again.\n", had
        }
    }
}
