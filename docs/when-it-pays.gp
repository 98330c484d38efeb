# Draws docs/when-it-pays.svg from the CSV alone: gnuplot -c docs/when-it-pays.gp CSV SVG
csv = ARG1
set terminal svg size 700,340 fixed font "Helvetica, Arial, sans-serif,13" background "#ffffff"
set output ARG2
set datafile separator ","
set datafile columnheaders
set datafile missing NaN

ink = "#24292f"
pale = "#8c959f"
set border 3 linecolor rgb pale
set tics nomirror scale 0.5 textcolor rgb ink
set title textcolor rgb ink offset 0,-0.3
set key textcolor rgb ink samplen 2 spacing 1.15 reverse Left

# Points that lie on each other must all be seen: a small one within a large, open one.
set style line 1 linecolor rgb "#9a6700" pointtype 4 pointsize 0.8 linewidth 1.6 # one after the other
set style line 2 linecolor rgb "#0550ae" pointtype 6 pointsize 1.1 linewidth 1.6 # threads
set style line 3 linecolor rgb "#cf222e" pointtype 7 pointsize 0.45 linewidth 1.6 # coroutines
set style line 4 linecolor rgb pale linewidth 1.4                                # the model

is(experiment, way) = strcol("experiment") eq experiment && strcol("way") eq way
in_units(way) = is("waiting", way) ? column("time_s") / column("computing_s") : NaN
share = 'column("wait_s") / column("computing_s")'
memory(way) = is("requests", way) ? \
    column("resident_mib") + (column("kernel_mib") > 0 ? column("kernel_mib") : 0) : NaN

set multiplot layout 1,2
set lmargin 6.5
set rmargin 1.5
set tmargin 2.5
set bmargin 3.6

set title "Time (1 = the computing alone)"
set xlabel "waiting / computing" textcolor rgb ink offset 0,0.4
set xrange [-0.1:3.1]
set yrange [0:4.4]
set ytics 1
set key top left
set label "waiting + computing" at 0.5,1.75 rotate by 31 textcolor rgb ink
set label "the longer of both" at 1.6,1.22 rotate by 31 textcolor rgb ink
plot [x=0:3] "+" using 1:($1 + 1) with lines linestyle 4 dashtype 2 notitle, \
    "+" using 1:($1 > 1 ? $1 : 1) with lines linestyle 4 notitle, \
    csv using (@share):(in_units("one after the other")) with points linestyle 1 \
        title "one after the other", \
    csv using (@share):(in_units("threads")) with points linestyle 2 title "threads", \
    csv using (@share):(in_units("coroutines")) with points linestyle 3 title "coroutines"

unset label
set title "Memory while all wait (MiB)"
set xlabel "requests at the same time" textcolor rgb ink offset 0,0.4
set logscale xy
set xrange [0.7:60000]
set yrange [1:2000]
set xtics ("1" 1, "10" 10, "100" 100, "1000" 1000, "10,000" 10000)
set ytics ("1" 1, "10" 10, "100" 100, "1000" 1000)
most = system("sed -n 's/^limit,threads,none,\\([0-9]*\\),.*/\\1/p' '" . csv . "'")
if (strlen(most) > 0) {
    set arrow from most,1 to most,1500 nohead linestyle 4 dashtype 3
    set label "no more threads" at most * 0.75,1.3 rotate by 90 textcolor rgb ink
}
plot csv using "requests":(memory("threads")) with linespoints linestyle 2 title "threads", \
    csv using "requests":(memory("coroutines")) with linespoints linestyle 3 title "coroutines"
unset multiplot
