# shellcheck shell=bash
# CPU seconds of a process with everything below it, of children that have ended too (proc(5)): what a whole
# `tallyman up` has taken so far, its PostgreSQL and Redis included.

# tree_cpu PID
tree_cpu() {
    # Processes end while this reads them; awk would give up at the first.
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v top="$1" -v ticks="$(getconf CLK_TCK)" '
        {
            # The name, in parentheses, may hold anything.
            pid = $1
            sub(/^.*\) /, "")
            split($0, field, " ")
            parent[pid] = field[2]
            taken[pid] = field[12] + field[13] + field[14] + field[15]
        }
        END {
            for (pid in taken) {
                ancestor = pid
                for (steps = 0; steps < 32 && ancestor != top && ancestor in parent; steps++) ancestor = parent[ancestor]
                if (ancestor == top) total += taken[pid]
            }
            printf "%.2f\n", total / ticks
        }' || true
}

# measure COMMAND…: runs it, its output in $work/out; sets `cpu_seconds` (with children, from wait4) and `wall_seconds`.
measure() {
    local TIMEFORMAT='%U %S %R' taken
    { taken=$({ time "$@" >"${work:?}/out" 2>"$work/err"; } 2>&1); } || {
        cat "$work/err" >&2
        die "this failed while it was measured: $*" "its messages are above"
    }
    # shellcheck disable=SC2034 # read by the scripts
    cpu_seconds=$(awk '{ printf "%.2f", $1 + $2 }' <<<"$taken")
    # shellcheck disable=SC2034
    wall_seconds=$(awk '{ print $3 }' <<<"$taken")
}

# quotient A B: A / B with one decimal.
quotient() { LC_ALL=C awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.1f", a / b; else print "inf" }'; }

# reaches VALUE LIMIT
reaches() { awk -v v="$1" -v l="$2" 'BEGIN { exit !(v == "inf" || v + 0 >= l + 0) }'; }
