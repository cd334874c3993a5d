"""A TCP proxy on the loopback interface whose connections can be cut, stalled and refused."""
import socket
import threading
import time

from .registry import reset


class Proxy:
    def __init__(self, port):
        self._target = port
        self._lock = threading.Lock()
        self._pairs = set()
        self._refuses_until = 0.0
        self._flows = threading.Event()
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Resets every connection; returns how many there were."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for end in pair:
                try:
                    # Wakes the threads that read from it; closing alone would not.
                    end.shutdown(socket.SHUT_RD)
                    reset(end)
                except OSError:
                    pass
        return len(pairs)

    def refuse(self, seconds):
        """Cuts what there is and takes no new connections for so long."""
        self._refuses_until = time.monotonic() + seconds
        self.cut()

    def stall(self):
        """Nothing passes from now on, and nothing breaks."""
        self._flows.clear()

    def flow(self):
        self._flows.set()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if time.monotonic() < self._refuses_until:
                reset(client)
                continue
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            server.settimeout(None)
        except OSError:
            reset(client)
            return
        pair = (client, server)
        with self._lock:
            self._pairs.add(pair)
        threading.Thread(target=self._pump, args=(server, client, pair), daemon=True).start()
        self._pump(client, server, pair)

    def _pump(self, source, sink, pair):
        try:
            while content := source.recv(1 << 16):
                self._flows.wait()
                sink.sendall(content)
        except OSError:
            pass
        # One end is gone: the other must hear of it.
        with self._lock:
            self._pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
                end.close()
            except OSError:
                pass
