"""What goes wrong: one function a kind. Each does its harm, and says in a word or two to what.

A function may leave harm behind that must end later; it gives that to `stage.later`. Harm that is done through a server
waits until that server is back from the harm before.
"""
import signal
import threading

KINDS = {}


def kind(*servers):
    def add(function):
        def harm(stage, chance):
            stage.wait_for_servers(servers)
            return function(stage, chance) or ""
        KINDS[function.__name__.replace("_", "-")] = harm
        return function
    return add


@kind()
def worker_killed(stage, chance):
    worker = chance.choice(stage.workers)
    worker.kill()
    worker.rest(chance.uniform(0.2, 3))
    return worker.name


@kind()
def worker_stopped_in_order(stage, chance):
    worker = chance.choice(stage.workers)
    worker.kill(signal.SIGTERM)
    return worker.name


@kind()
def worker_paused_past_its_lease(stage, chance):
    worker = chance.choice(stage.workers)
    seconds = stage.lease + chance.uniform(1, 4)
    worker.send(signal.SIGSTOP)
    stage.later(seconds, lambda: worker.send(signal.SIGCONT))
    return f"{worker.name} for {seconds:.1f} s"


@kind()
def all_workers_killed(stage, chance):
    for worker in stage.workers:
        worker.kill()
        worker.rest(chance.uniform(0.2, 3))


@kind()
def coordinator_killed(stage, chance):
    coordinator = chance.choice(stage.coordinators)
    coordinator.kill()
    coordinator.rest(chance.uniform(0.2, 3))
    return coordinator.name


@kind()
def coordinator_paused(stage, chance):
    seconds = chance.uniform(2, 8)
    coordinator = chance.choice(stage.coordinators)
    coordinator.send(signal.SIGSTOP)
    stage.later(seconds, lambda: coordinator.send(signal.SIGCONT))
    return f"{coordinator.name} for {seconds:.1f} s"


@kind()
def redis_killed_and_emptied(stage, chance):
    stage.redis.kill()
    stage.redis.forget()
    stage.later(chance.uniform(0.2, 3), stage.redis.start)


@kind()
def redis_killed_with_its_data_kept(stage, chance):
    stage.redis.kill()
    stage.later(chance.uniform(0.2, 3), stage.redis.start)


@kind("redis")
def redis_flushed(stage, chance):
    for _ in range(chance.randint(1, 4)):
        stage.redis.command("FLUSHALL")
        stage.pause(0.3)


@kind("redis")
def streams_deleted(stage, chance):
    streams = [key for key in stage.redis.streams() if chance.random() < 0.7]
    if streams:
        stage.redis.command("DEL", *streams)
    return f"{len(streams)} streams"


@kind("redis")
def streams_trimmed(stage, chance):
    for key in stage.redis.streams():
        stage.redis.command("XTRIM", key, "MAXLEN", chance.choice([0, 0, 1]))


@kind("redis")
def groups_destroyed(stage, _):
    for key in stage.redis.streams():
        stage.redis.command("XGROUP", "DESTROY", key, "workers")


@kind("redis")
def groups_made_anew_at_the_start(stage, _):
    for key in stage.redis.streams():
        stage.redis.command("XGROUP", "DESTROY", key, "workers")
        stage.redis.command("XGROUP", "CREATE", key, "workers", "0")


@kind("redis")
def groups_made_anew_at_the_end(stage, _):
    for key in stage.redis.streams():
        stage.redis.command("XGROUP", "DESTROY", key, "workers")
        stage.redis.command("XGROUP", "CREATE", key, "workers", "$")


@kind("redis")
def consumers_deleted(stage, _):
    names = stage.redis.command("ZRANGE", "tallyman:workers", "0", "-1").split("\n")
    for key in stage.redis.streams():
        for name in names:
            stage.redis.command("XGROUP", "DELCONSUMER", key, "workers", name)


@kind("postgres", "redis")
def entries_doubled(stage, _):
    numbers = stage.postgres.sql("SELECT id FROM tasks").split()
    for key in stage.redis.streams():
        for number in numbers[:60]:
            stage.redis.command("XADD", key, "*", "task", number)


@kind("redis")
def entries_of_junk(stage, chance):
    """Entries that name no task, or none that there is, before and between those that do."""
    for key in stage.redis.streams():
        for _ in range(20):
            stage.redis.command("XADD", key, "*", *chance.choice([
                ("task", "none"), ("task", "-1"), ("task", 2 ** 63 - 1), ("task", 2 ** 63), ("other", "1"), ("", "")]))


@kind("redis")
def streams_at_the_end_of_their_numbers(stage, _):
    for key in stage.redis.streams():
        stage.redis.command("XADD", key, f"{2 ** 64 - 1}-{2 ** 64 - 1}", "task", "-1")


@kind("redis")
def keys_of_another_kind(stage, chance):
    keys = [key for key in stage.redis.command("KEYS", "tallyman:*").split("\n") if key and chance.random() < 0.7]
    for key in keys:
        stage.redis.command("DEL", key)
        stage.redis.command(*chance.choice([("SET", key, "x"), ("RPUSH", key, "x")]))
    return f"{len(keys)} keys"


@kind("redis")
def redis_full(stage, chance):
    seconds = chance.uniform(1, 6)
    stage.redis.command("CONFIG", "SET", "maxmemory", "1mb")
    stage.later(seconds, lambda: stage.redis.command("CONFIG", "SET", "maxmemory", "0"))
    return f"for {seconds:.1f} s"


@kind("redis")
def redis_evicts(stage, chance):
    """Others fill a Redis that throws away what was not used for long, whatever it is."""
    used = next(line for line in stage.redis.command("INFO", "memory").split() if line.startswith("used_memory:"))
    stage.redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    stage.redis.command("CONFIG", "SET", "maxmemory", int(used.split(":")[1]) + 50_000)
    for _ in range(60):
        stage.redis.command("SET", f"other:{chance.random()}", "x" * 4000)
    for name, value in (("maxmemory", "0"), ("maxmemory-policy", "noeviction")):
        stage.redis.command("CONFIG", "SET", name, value)


@kind()
def postgres_killed(stage, chance):
    seconds = chance.uniform(0.2, 4)
    stage.postgres.kill()
    stage.later(seconds, stage.postgres.start)
    return f"for {seconds:.1f} s"


@kind()
def postgres_killed_past_the_lease(stage, chance):
    seconds = stage.lease + chance.uniform(1, 4)
    stage.postgres.kill()
    stage.later(seconds, stage.postgres.start)
    return f"for {seconds:.1f} s"


@kind("postgres")
def postgres_restarted_in_order(stage, _):
    stage.postgres.kill(signal.SIGINT)
    stage.later(0, stage.postgres.start)


@kind("postgres")
def database_connections_terminated(stage, _):
    return stage.postgres.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                              "WHERE datname = 'fleet' AND pid <> pg_backend_pid()") + " connections"


@kind("postgres")
def connections_used_up(stage, chance):
    """Others take every connection that the server has, after ours were cut."""
    seconds = chance.uniform(1, 4)
    others = [threading.Thread(target=stage.postgres.sql, args=(f"SELECT pg_sleep({seconds})", "postgres", 1))
              for _ in range(140)]
    for other in others[:70]:
        other.start()
    cut = stage.postgres.sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'fleet'", "postgres", 1)
    for other in others[70:]:
        other.start()
    for other in others:
        other.join()
    return f"for {seconds:.1f} s, {cut or 'none'} cut"


@kind("postgres")
def copy_terminated(stage, _):
    """An import of advisories loses its connection in the middle of a COPY, and the old ones stay."""
    watch = threading.Thread(target=stage.postgres.sql, args=("""
        DO $$ BEGIN
            FOR attempt IN 1..20000 LOOP
                PERFORM pg_stat_clear_snapshot();
                PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE query ILIKE 'copy advisory%' AND state = 'active' AND pid <> pg_backend_pid();
                EXIT WHEN FOUND;
                PERFORM pg_sleep(0.001);
            END LOOP;
        END $$""",))
    watch.start()
    code = stage.import_advisories(more=20_000)
    watch.join()
    if code == 0:
        # It was quicker than the watch: put back what was there.
        stage.import_advisories()
    return f"the import ended with {code}"


@kind("postgres")
def database_read_only(stage, chance):
    def say(value, then=lambda: None):
        # Another fault may have stopped the server meanwhile, or filled its disk, and whoever ends that waits for this.
        if not stage.postgres.is_running or stage.postgres.is_disk_full:
            stage.later(0.2, lambda: say(value, then))
            return
        # ALTER SYSTEM is allowed where transactions are read-only.
        stage.postgres.sql(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        stage.postgres.sql("SELECT pg_reload_conf()")
        then()
    seconds = chance.uniform(1, 4)
    say("on", lambda: stage.later(seconds, lambda: say("off")))


@kind("postgres")
def database_disk_filled(stage, chance):
    seconds = chance.uniform(2, 6)
    stage.postgres.fill_disk()
    stage.later(seconds, stage.postgres.empty_disk)
    return f"for {seconds:.1f} s"


@kind()
def scratch_filled(stage, chance):
    filler = stage.scratch / "filler"
    try:
        # Layers that are being scanned may have filled it themselves: then not even this file can be made.
        with open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
    except OSError:
        pass
    # Longer, and a layer would use up all its tries.
    stage.later(chance.uniform(2, 4), lambda: filler.unlink(missing_ok=True))


@kind()
def connections_cut(stage, _):
    return f"{sum(proxy.cut() for proxy in stage.proxies.values())} connections"


@kind()
def connections_to_redis_stalled(stage, chance):
    seconds = chance.uniform(2, 8)
    stage.proxies["redis"].stall()
    stage.later(seconds, stage.proxies["redis"].flow)
    return f"for {seconds:.1f} s"


@kind()
def connections_to_postgres_stalled(stage, chance):
    seconds = stage.lease + chance.uniform(1, 3)
    stage.proxies["postgres"].stall()
    stage.later(seconds, stage.proxies["postgres"].flow)
    return f"for {seconds:.1f} s"


@kind()
def registry_refuses_connections(stage, _):
    stage.proxies["registry"].refuse(0.6)


@kind()
def registry_answers_429(stage, chance):
    stage.registry.misbehave("429", chance.uniform(2, 5))


@kind()
def registry_answers_500(stage, chance):
    stage.registry.misbehave("500", chance.uniform(2, 5))


@kind()
def registry_breaks_off(stage, chance):
    what = chance.choice(["reset", "truncated"])
    stage.registry.misbehave(what, chance.uniform(2, 5))
    return what
