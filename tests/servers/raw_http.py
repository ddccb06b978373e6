"""A server whose answers are written by hand, byte by byte, so that they can be wrong."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.servers.listening import HOST

LOOK_SECONDS = 0.02
Behaviour = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """`requests` has all bytes of each connection that were read."""

    port: int
    over: threading.Event
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/hook/s3cret?sig=s3cret"


def says(answer: bytes) -> Behaviour:
    """Reads the request, answers and closes."""
    return lambda connection: connection.sendall(answer)


def drips(head: bytes, over: threading.Event) -> Behaviour:
    """Goes on with a byte at a time, without end."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        while not over.wait(LOOK_SECONDS):
            connection.sendall(b"x")

    return behave


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def after_some(behave: Behaviour) -> Behaviour:
    """For a server that does not read the request: it begins to."""

    def behave_later(connection: socket.socket) -> None:
        connection.recv(100)
        behave(connection)

    return behave_later


@contextmanager
def raw_server(
    behave: Callable[[RawServer], Behaviour],
    *,
    host: str = HOST,
    tls: ssl.SSLContext | None = None,
    reads: bool = True,
) -> Iterator[RawServer]:
    """`behave` is called once. What it returns serves each connection, after its request was read
    if the server `reads`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        server = RawServer(listener.getsockname()[1], threading.Event())
        serve = behave(server)

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                with connection:
                    if server.over.is_set():
                        return
                    server.connections += 1
                    with suppress(OSError):
                        _served(server, connection, serve, tls, reads)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            socket.create_connection((host, server.port)).close()
            thread.join()


def _served(
    server: RawServer,
    connection: socket.socket,
    serve: Behaviour,
    tls: ssl.SSLContext | None,
    reads: bool,
) -> None:
    connection.settimeout(10)
    if tls:
        with tls.wrap_socket(connection, server_side=True) as secured:
            return _served(server, secured, serve, None, reads)
    if reads:
        server.requests.append(_request(connection))
    return serve(connection)


def _request(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65_536)
        if not piece:
            return head
        head += piece
    lines = head.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    length = next((int(each[15:]) for each in lines if each.startswith(b"content-length:")), 0)
    whole = head.index(b"\r\n\r\n") + 4 + length
    while len(head) < whole:
        piece = connection.recv(65_536)
        if not piece:
            return head
        head += piece
    return head
