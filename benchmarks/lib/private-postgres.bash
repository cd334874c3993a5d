# shellcheck shell=bash
# A PostgreSQL server of a benchmark's own, with the settings of "tallyman up". Sourced behind ops/lib/common.bash.

work='' programs='' as_owner=(env) keep=${keep:-}

stop_private_postgres() {
    [ -n "$work" ] || return 0
    "${as_owner[@]}" "$programs/pg_ctl" --pgdata="$work/data" --mode=fast stop >/dev/null 2>&1 || true
    if [ -n "$keep" ]; then say "the server's folder is $work"; else rm -rf -- "$work"; fi
}

# Starts one that lives as long as the script, and sets $server to its URL; with $keep its folder stays.
start_private_postgres() {
    trap stop_private_postgres EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    programs=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || command -v initdb || true)")
    [ -x "$programs/initdb" ] || die "PostgreSQL is not installed" "run ops/bootstrap"
    work=$(mktemp -d "${TMPDIR:-/tmp}/tallyman-store.XXXXXX")
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres "$work"
        as_owner=(setpriv --reuid=postgres --regid=postgres --init-groups --)
    fi
    # As Sources/Supervisor/PrivatePostgres.swift has it, of the machine's memory.
    local buffers
    buffers=$(awk '/^MemTotal:/ { m = int($2 / 8 / 1024); print (m < 128 ? 128 : (m > 2048 ? 2048 : m)) }' /proc/meminfo)
    "${as_owner[@]}" "$programs/initdb" --pgdata="$work/data" --username=tallyman --auth=trust --encoding=UTF8 --locale=C \
        --no-sync >"$work/initdb.log" 2>&1 || die "initdb failed" "its output is in $work/initdb.log"
    "${as_owner[@]}" "$programs/pg_ctl" --pgdata="$work/data" --log="$work/log" --wait --options="-k $work \
-c listen_addresses='' -c shared_buffers=${buffers:-128}MB -c work_mem=16MB -c maintenance_work_mem=128MB -c max_wal_size=2GB \
-c wal_compression=on -c jit=off -c autovacuum_naptime=10s" start >/dev/null 2>&1 </dev/null || die "PostgreSQL did not start" "its log is $work/log"
    # shellcheck disable=SC2034 # for whoever sources this
    server="host=$work user=tallyman dbname=postgres"
}
