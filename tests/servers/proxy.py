"""TCP proxies that do what bad lines do: cut every connection after so many bytes, or be slow."""

import socket
import sys
import threading
from contextlib import suppress
from math import inf
from typing import Self

BLOCK_BYTES = 65_536


class CuttingProxy:
    """Forwards to 127.0.0.1:`port`. `cut_after` counts the bytes sent towards the server."""

    def __init__(self, port: int, cut_after: int) -> None:
        self.cut_after = cut_after
        self.cuts = 0
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(near,), daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._target)) as far:
            back = threading.Thread(target=self._pump, args=(far, near), daemon=True)
            back.start()
            if self._pump(near, far, self.cut_after):
                self.cuts += 1
            back.join()

    def _hold(self, count: int) -> None:
        """Before so many bytes are sent towards the server."""

    def _pump(self, source: socket.socket, target: socket.socket, limit: float = inf) -> bool:
        """Returns whether it ended because `limit` bytes had passed. Both ends are shut down in any
        case."""
        passed = 0
        with suppress(OSError):  # the other direction ended it
            while passed <= limit and (block := source.recv(BLOCK_BYTES)):
                if limit < inf:
                    self._hold(len(block))
                target.sendall(block)
                passed += len(block)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return passed > limit


class SlowLine(CuttingProxy):
    """Lets so many bytes a second through to the server, on each connection, until it is opened."""

    def __init__(self, port: int, bytes_per_second: float) -> None:
        super().__init__(port, sys.maxsize)
        # What waits in buffers is acknowledged late, and a partner has to answer in time.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BLOCK_BYTES)
        self._rate = bytes_per_second
        self._opened = threading.Event()

    def open(self) -> None:
        """From now on it is as fast as any."""
        self._opened.set()

    def _hold(self, count: int) -> None:
        self._opened.wait(count / self._rate)
