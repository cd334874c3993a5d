# shellcheck shell=bash
# What the scripts of ops/ and benchmarks/ share: messages, ports, and a `tallyman up` in the background.
# Source it after `set -euo pipefail` and after setting `program`, the script's own name.
#
# Progress and errors go to standard error, so that standard output holds results alone.
# Exit codes are tallyman's: 64 for a wrong call, 69 for something that could not be reached, 70 for the rest.

say() { printf '%s: %s\n' "${program:?}" "$*" >&2; }

# die CAUSE [REMEDY]
die() {
    printf '%s: error: %s\n' "${program:?}" "$1" >&2
    if [ $# -gt 1 ]; then printf '%s: remedy: %s\n' "$program" "$2" >&2; fi
    exit "${die_status:-70}"
}

# die_unreachable CAUSE [REMEDY]
die_unreachable() { die_status=69 die "$@"; }

# die_usage CAUSE
die_usage() { die_status=64 die "$1" "see $0 --help"; }

# require_value OPTION COUNT: an option that takes a value is the last word of the command line.
require_value() { [ "$2" -ge 2 ] || die_usage "$1 needs a value"; }

# require_count OPTION VALUE: VALUE is a whole number above zero.
require_count() { [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || die_usage "$1 takes a whole number from 1 to 99999, not \"$2\""; }

# require_command NAME PACKAGE
require_command() {
    command -v "$1" >/dev/null || die "the command \"$1\" is not installed" "run ops/bootstrap --tests, or: apt-get install $2"
}

# absolute_path PATH: the same path from the root; its last part need not exist.
absolute_path() { realpath --canonicalize-missing -- "$1"; }

# listens PORT: whether anything accepts connections on this port of the loopback address.
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port PREFERRED: this port if nothing listens on it, otherwise another below the kernel's ephemeral range.
free_port() {
    local port
    for port in "$@" $(shuf --input-range=20000-31999 --head-count=20); do
        if ! listens "$port"; then
            printf '%s\n' "$port"
            return 0
        fi
    done
    die "no free port was found on 127.0.0.1" "name one with the script's own option, or stop what listens there"
}

# build_tallyman ROOT: a release build of the executable; sets `tallyman` to its path.
build_tallyman() {
    say "building tallyman (release); from nothing this takes several minutes"
    (cd "$1" && swift build -c release --product tallyman >&2) ||
        die "the release build failed" "read the compiler's messages above; ops/bootstrap installs the libraries that it needs"
    tallyman=$(cd "$1" && swift build -c release --show-bin-path)/tallyman
}

# start_tallyman DATA_DIR WORKERS PORT LOG: runs `tallyman up` in the background; sets `up_pid`.
# A session of its own keeps a Ctrl-C on the terminal from it: the script alone decides when it stops.
start_tallyman() {
    setsid "$tallyman" up --data-dir "$1" --workers "$2" --listen "127.0.0.1:$3" >"$4" 2>&1 </dev/null &
    up_pid=$!
}

# wait_until_ready PORT LOG SECONDS: returns when the server says that it is ready; otherwise fails with the log's tail.
wait_until_ready() {
    local url="http://127.0.0.1:$1/health/ready" deadline=$((SECONDS + $3))
    until curl --fail --silent --max-time 2 --noproxy '*' --output /dev/null "$url"; do
        if ! kill -0 "$up_pid" 2>/dev/null; then
            up_pid=
            show_tail "$2"
            die_unreachable "tallyman up ended before it was ready" "the end of its log, $2, is above"
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            show_tail "$2"
            die_unreachable "$url did not answer with success within $3 seconds" "the end of the log, $2, is above"
        fi
        sleep 0.3
    done
}

# show_tail LOG
show_tail() {
    printf -- '--- the last lines of %s\n' "$1" >&2
    tail -n 25 -- "$1" >&2 || true
    printf -- '---\n' >&2
}

# stop_tallyman: SIGTERM, then up to a minute for the workers to give back their layers and the servers to stop.
stop_tallyman() {
    if [ -z "${up_pid:-}" ]; then return 0; fi
    local pid=$up_pid deadline=$((SECONDS + 60))
    up_pid=
    kill -TERM "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "tallyman up (process $pid) did not stop within 60 seconds: killing it; its database recovers at the next start"
            kill -KILL -- "-$pid" 2>/dev/null || true
            return 0
        fi
        sleep 0.2
    done
}
