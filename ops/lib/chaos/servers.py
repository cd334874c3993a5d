"""Private PostgreSQL and Redis servers, and the parts of a fleet, as processes that may be killed."""
import glob
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


class Unreachable(Exception):
    """A server or a command did not do what it must for the chaos to go on."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=60, pause=0.1):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(pause)
    raise Unreachable(f"waited {seconds} s in vain: {what}")


class Daemon:
    """A child process that dies with us, and whose output goes to a file."""

    def __init__(self, name, folder):
        self.name = name
        self.log = folder / f"{name}.log"
        self.process = None

    def spawn(self, words, environment=None, account=None):
        wrapper = ["setpriv", "--pdeathsig", "KILL"]
        if account and os.geteuid() == 0:
            wrapper += [f"--reuid={account}", f"--regid={account}", "--init-groups"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*wrapper, "--", *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment, start_new_session=True)

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        if self.is_running:
            self.process.send_signal(number)

    def kill(self, number=signal.SIGKILL, seconds=20):
        """Sends a signal and waits for the end, which is forced when it does not come."""
        if not self.is_running:
            return
        self.send(signal.SIGCONT)
        self.send(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait(10)


# Room for the data of a small fleet and what PostgreSQL keeps of its log.
DATABASE_BYTES = 768 << 20


class Postgres(Daemon):
    """Its data survives the death of the process, not that of the machine: nothing is synced."""

    def __init__(self, folder):
        super().__init__("postgres", folder)
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        self._programs = Path(found[-1] if found else shutil.which("initdb") or "").parent
        if not (self._programs / "postgres").exists():
            raise Unreachable("PostgreSQL is not installed (ops/bootstrap --tests)")
        self._data = folder / "postgres"
        self.port = free_port()
        self._data.mkdir()
        # A small disk of its own needs root; without it, that kind of fault is left out.
        self.has_small_disk = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DATABASE_BYTES},mode=0700", "tmpfs", str(self._data)],
            capture_output=True).returncode == 0
        if os.geteuid() == 0:
            shutil.chown(self._data, "postgres", "postgres")
        self._filler_file = self._data / "filler"
        Daemon.spawn(self, [str(self._programs / "initdb"), "-D", str(self._data), "-U", "tallyman", "-A", "trust",
                            "--encoding=UTF8", "--locale=C", "--no-sync"], account="postgres")
        if self.process.wait(60) != 0:
            raise Unreachable(f"initdb failed, see {self.log}")

    def start(self):
        """Starts it where there is room: one that was killed on a full disk needs some to recover, and this waits for that."""
        self._filler_file.unlink(missing_ok=True)

        def is_up():
            if not self.is_running:
                # After a kill the memory of the dead server's children may be in use for a moment.
                self.spawn([str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port),
                            "-c", "listen_addresses=127.0.0.1", "-k", str(self._data), "-c", "fsync=off",
                            "-c", "full_page_writes=off", "-c", "max_connections=120", "-c", "max_wal_size=128MB"],
                           account="postgres")
            return self.sql("SELECT 1", database="postgres", attempts=1) == "1"
        wait_for("PostgreSQL accepts connections", is_up, pause=0.2)

    def fill_disk(self):
        """Leaves no byte free where the data is."""
        with open(self._filler_file, "wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    pass

    @property
    def is_disk_full(self):
        return self._filler_file.exists()

    def empty_disk(self):
        """Gives the room back, and starts a server that died for want of it."""
        self._filler_file.unlink(missing_ok=True)
        self.start()

    def unmount(self):
        if self.has_small_disk:
            subprocess.run(["umount", str(self._data)], capture_output=True)

    def sql(self, text, database="fleet", attempts=20):
        """The rows of a statement, a line each; "" where the server does not answer and only one attempt is made."""
        for attempt in range(attempts):
            done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                                   "-U", "tallyman", "-d", database, "-c", text], capture_output=True, text=True)
            if done.returncode == 0:
                return done.stdout.strip()
            if attempts > 1:
                time.sleep(0.5)
        if attempts > 1:
            raise Unreachable(f"psql: {done.stderr.strip()}")
        return ""


class Redis(Daemon):
    """Keeps a log of its changes, which a restart may or may not find."""

    def __init__(self, folder):
        super().__init__("redis", folder)
        if not shutil.which("redis-server"):
            raise Unreachable("redis-server is not installed (ops/bootstrap --tests)")
        self._data = folder / "redis"
        self._data.mkdir()
        self.port = free_port()

    def start(self):
        self.spawn(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._data),
                    "--save", "", "--appendonly", "yes", "--appendfsync", "no"])
        wait_for("Redis answers", lambda: self.command("PING") == "PONG")

    def forget(self):
        """Takes the data of a stopped server away."""
        shutil.rmtree(self._data)
        self._data.mkdir()

    def command(self, *words):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *map(str, words)], capture_output=True, text=True)
        return done.stdout.strip()

    def streams(self):
        return [key for key in self.command("KEYS", "tallyman:{*").split("\n") if key]


class Part(Daemon):
    """A coordinator or a worker: started again when it has died, as a supervisor would."""

    def __init__(self, name, words, folder, environment):
        super().__init__(name, folder)
        self._words = words
        self._environment = environment
        self.rests_until = 0.0
        self.is_paused = False

    def start(self):
        self.spawn(self._words, self._environment)

    def rest(self, seconds):
        """Keeps a dead part from being started for so long."""
        self.rests_until = time.monotonic() + seconds

    def revive(self):
        if not self.is_running and time.monotonic() >= self.rests_until:
            self.start()
