"""A TCP proxy that cuts every connection after so many bytes, as a bad line does."""

import socket
import threading
from contextlib import suppress
from math import inf

BLOCK_BYTES = 65_536


class CuttingProxy:
    """Forwards to 127.0.0.1:`port`. `cut_after` counts the bytes sent towards the server."""

    def __init__(self, port: int, cut_after: int) -> None:
        self.cut_after = cut_after
        self.cuts = 0
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> "CuttingProxy":
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

    def _pump(self, source: socket.socket, target: socket.socket, limit: float = inf) -> bool:
        """Returns whether it ended because `limit` bytes had passed. Both ends are shut down in any
        case."""
        passed = 0
        with suppress(OSError):  # the other direction ended it
            while passed <= limit and (block := source.recv(BLOCK_BYTES)):
                target.sendall(block)
                passed += len(block)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return passed > limit
