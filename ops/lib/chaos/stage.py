"""Everything that a run of a fleet needs, and the means to disturb it."""
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from .images import Fleet
from .proxy import Proxy
from .registry import Registry
from .servers import Part, Postgres, Redis, Unreachable, wait_for

# What a run makes: taken away before the next, so that it has everything to do again. Numbers go on rising, as they do
# in a real fleet: what a paused worker brings late must not meet a new task under its old number.
RESULTS = ("runs", "run_images", "run_layers", "run_problems", "tasks", "tags", "resolutions", "manifests",
           "manifest_layers", "layers", "layer_reports", "layer_gaps", "image_inventories", "image_sets",
           "package_sets", "packages", "package_keys", "waiting_packages", "package_vulnerabilities", "chaos_merges")
# Counts each result that the fleet accepts.
AUDIT = """
    CREATE TABLE chaos_merges (what text NOT NULL, subject bigint NOT NULL);
    CREATE FUNCTION chaos_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO chaos_merges VALUES (TG_ARGV[0], CASE TG_ARGV[0] WHEN 'layer' THEN (to_jsonb(NEW)->>'layer_id')::bigint
            ELSE (to_jsonb(NEW)->>'manifest_id')::bigint END);
        RETURN NULL;
    END $$;
    CREATE TRIGGER chaos_layers AFTER INSERT OR UPDATE ON layer_reports
        FOR EACH ROW EXECUTE FUNCTION chaos_count('layer');
    CREATE TRIGGER chaos_images AFTER INSERT OR UPDATE ON image_inventories
        FOR EACH ROW EXECUTE FUNCTION chaos_count('image');
"""
SCRATCH_BYTES = 192 << 20


class Stage:
    def __init__(self, folder, program, seed, workers, lease, pace):
        self.folder = folder
        self.lease = lease
        self._program = program
        self._laters = []
        self._lock = threading.Lock()
        self.fleet = Fleet(seed)
        self.registry = Registry(self.fleet, pace)
        self.postgres = Postgres(folder)
        self.redis = Redis(folder)
        self.proxies = {"postgres": Proxy(self.postgres.port), "redis": Proxy(self.redis.port),
                        "registry": Proxy(self.registry.port)}
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.has_small_scratch = self._mount_scratch()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TALLYMAN_")},
            "TALLYMAN_POSTGRES": f"postgres://tallyman@127.0.0.1:{self.proxies['postgres'].port}/fleet",
            "TALLYMAN_REDIS": f"redis://127.0.0.1:{self.proxies['redis'].port}",
            "TMPDIR": str(self.scratch),
        }
        self.coordinators = [self._part(f"coordinator-{number}", ["coordinator"]) for number in (1, 2)]
        self.workers = [self._part(f"worker-{number}", ["worker", "--lease", str(lease)]) for number in
                        range(1, workers + 1)]

    def _part(self, name, words):
        return Part(name, [str(self._program), *words], self.folder, self._environment)

    def _mount_scratch(self):
        """A small disk of its own needs root; without it, that kind of fault is left out."""
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SCRATCH_BYTES},mode=1777", "tmpfs", str(self.scratch)],
                              capture_output=True)
        return done.returncode == 0

    @property
    def parts(self):
        return self.coordinators + self.workers

    @property
    def host(self):
        return f"127.0.0.1:{self.proxies['registry'].port}"

    def start(self):
        self.postgres.start()
        self.redis.start()
        self.postgres.sql("CREATE DATABASE fleet", database="postgres")
        self.run("migrate", check=True)
        self.postgres.sql(AUDIT)
        if self.import_advisories() != 0:
            raise Unreachable(f"the advisories could not be imported, see {self.folder}/commands.log")
        for part in self.parts:
            part.start()

    def run(self, *words, check=False):
        """Runs the program once; returns what it wrote and its exit code."""
        done = subprocess.run([str(self._program), *words], env=self._environment, capture_output=True, text=True)
        with open(self.folder / "commands.log", "a") as log:
            log.write(f"{' '.join(words)}\n{done.stdout}{done.stderr}exit code {done.returncode}\n\n")
        if check and done.returncode != 0:
            raise Unreachable(f"tallyman {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout, done.returncode

    def import_advisories(self, more=0):
        file = self.folder / "debian.json"
        file.write_bytes(self.fleet.advisories(more))
        return self.run("advisories", "import", str(file), "--postgres", self._environment["TALLYMAN_POSTGRES"])[1]

    def request_run(self):
        """Takes the results of the last run away and asks for another."""
        self.postgres.sql(f"SET lock_timeout = '20s'; TRUNCATE {', '.join(RESULTS)} CASCADE")
        written, _ = self.run("fleet", "scan", self.host, check=True)
        return int(re.search(r"run (\d+)", written).group(1))

    def state(self, run):
        """The run's state, or "" while the database is away."""
        return self.postgres.sql(f"SELECT state FROM runs WHERE id = {run}", attempts=1)

    def report(self, name):
        """The nightly report's bytes by file, without those that tell of the run that made it."""
        out = self.folder / name
        self.run("report", "nightly", "--out", str(out), check=True)
        return {file.name: file.read_bytes() for file in sorted(out.iterdir()) if not file.name.startswith("run.")}

    def bytes_left_in_scratch(self):
        """What is in use of the scratch disk, where it is one of its own: nobody works, so it must be nothing."""
        if not self.has_small_scratch:
            return 0
        disk = os.statvfs(self.scratch)
        return (disk.f_blocks - disk.f_bfree) * disk.f_frsize

    def later(self, seconds, action):
        with self._lock:
            self._laters.append((time.monotonic() + seconds, action))

    def pause(self, seconds):
        time.sleep(seconds)

    def tend(self, everything=False):
        """Ends the harm whose time has come, and starts what has died and rested."""
        with self._lock:
            due = [later for later in self._laters if everything or later[0] <= time.monotonic()]
            self._laters = [later for later in self._laters if later not in due]
        for _, action in sorted(due, key=lambda later: later[0]):
            action()
        for part in self.parts:
            part.revive()

    def wait_for_servers(self, names):
        """Goes on tending until these servers answer."""
        answers = {"postgres": lambda: self.postgres.sql("SELECT 1", attempts=1) == "1",
                   "redis": lambda: self.redis.command("PING") == "PONG"}
        for name in names:
            wait_for(f"{name} is back", lambda name=name: (self.tend(), answers[name]())[1])

    def calm(self):
        """Ends all harm, and waits until everything stands again."""
        self.registry.misbehave(None, 0)
        # What waits for a server to be back comes after it.
        wait_for("all harm has ended", lambda: (self.tend(everything=True), not self._laters)[1])
        wait_for("all parts run", lambda: (self.tend(), all(part.is_running for part in self.parts))[1])

    def stop(self):
        for part in self.parts:
            part.kill()
        self.redis.kill()
        self.postgres.kill()
        self.postgres.unmount()
        self.registry.stop()
        if self.has_small_scratch:
            subprocess.run(["umount", str(self.scratch)], capture_output=True)


def find_program(root):
    """The program: TALLYMAN_BINARY, or what the last build made."""
    named = os.environ.get("TALLYMAN_BINARY")
    candidates = [Path(named)] if named else [root / ".build" / kind / "tallyman" for kind in ("release", "debug")]
    for path in candidates:
        if os.access(path, os.X_OK):
            return path.resolve()
    if found := shutil.which("tallyman"):
        return Path(found)
    print("chaos: error: no tallyman is built: swift build -c release --product tallyman, or name one in TALLYMAN_BINARY",
          file=sys.stderr)
    raise SystemExit(69)
