"""A container registry on the loopback interface that holds a fleet in memory, and misbehaves when told to."""
import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

from .images import MANIFEST, digest

# A client must bear this much trouble with one address: it tries five times.
TROUBLES_PER_PATH = 2
CHUNK = 32 << 10


def reset(connection):
    """Ends a connection with a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Registry:
    """Serves `fleet`; each answer's body comes at `bytes_per_second`."""

    def __init__(self, fleet, bytes_per_second):
        self.fleet = fleet
        self.pace = CHUNK / bytes_per_second
        self._trouble = (None, 0.0, {})
        self._lock = threading.Lock()
        registry = self

        class Handler(_Handler):
            owner = registry

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def misbehave(self, kind, seconds):
        """Answers for so long with "429" or "500", or breaks off: "reset" and "truncated"."""
        with self._lock:
            self._trouble = (kind, time.monotonic() + seconds, {})

    def trouble(self, path):
        with self._lock:
            kind, end, counts = self._trouble
            if kind is None or time.monotonic() > end:
                return None
            counts[path] = counts.get(path, 0) + 1
            return kind if counts[path] <= TROUBLES_PER_PATH else None

    def stop(self):
        self._server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """Clients that go away are what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self._answer(with_body=False)

    def do_GET(self):
        self._answer(with_body=True)

    def _answer(self, with_body):
        try:
            trouble = self.owner.trouble(self.path)
            if trouble in ("429", "500"):
                return self._send(int(trouble), b'{"errors":[]}', headers={"Retry-After": "1"} if trouble == "429" else {})
            status, content, kind = self._find()
            first = self._start(len(content)) if status == 200 and "/blobs/" in self.path else 0
            headers = {}
            if first:
                status, headers = 206, {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
            if "/manifests/" in self.path and status == 200:
                headers["Docker-Content-Digest"] = digest(content)
            self._send(status, content[first:], kind, headers, with_body, trouble)
        except OSError:
            self.close_connection = True

    def _start(self, size):
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes=") and wanted[6:].rstrip("-").isdigit():
            return min(int(wanted[6:].rstrip("-")), size - 1)
        return 0

    def _find(self):
        url = urlparse(self.path)
        parts = url.path.strip("/").split("/")
        fleet = self.owner.fleet
        if parts == ["v2"]:
            return 200, b"{}", "application/json"
        if parts == ["v2", "_catalog"]:
            return self._page("repositories", fleet.manifests, url)
        repository, what, last = "/".join(parts[1:-2]), parts[-2], parts[-1]
        tags = fleet.manifests.get(repository, {})
        if what == "tags":
            return self._page("tags", [tag for tag in tags if ":" not in tag], url)
        if what == "manifests" and last in tags:
            return 200, tags[last], MANIFEST
        if what == "blobs" and last in fleet.blobs:
            return 200, fleet.blobs[last], "application/octet-stream"
        return 404, b'{"errors":[]}', "application/json"

    def _page(self, field, names, url):
        after = parse_qs(url.query).get("last", [""])[0]
        return 200, json.dumps({field: sorted(name for name in names if name > after)}).encode(), "application/json"

    def _send(self, status, content, kind="application/json", headers=None, with_body=True, trouble=None):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if not with_body:
            return
        end = len(content) // 2 if trouble else len(content)
        for start in range(0, end, CHUNK):
            self.wfile.write(content[start:min(start + CHUNK, end)])
            if end > CHUNK:
                time.sleep(self.owner.pace)
        if trouble == "truncated":
            self.close_connection = True
        elif trouble:
            self.wfile.flush()
            reset(self.connection)
            self.close_connection = True
