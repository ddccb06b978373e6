"""A server that takes its time: a byte now and then, and never an end."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

GAP_SECONDS = 0.02


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """Its address. It answers `first`, then a letter at a time."""
    over = Event()
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[Thread] = []

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(first)
            while not over.wait(GAP_SECONDS):
                connection.sendall(b"x")

    def listen() -> None:
        with suppress(OSError):
            while True:
                threads.append(Thread(target=drip, args=(listener.accept()[0],)))
                threads[-1].start()

    threads.append(Thread(target=listen))
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in threads:
            each.join()
