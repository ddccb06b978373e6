"""A small FTP server with its files in memory, which does everything right. Attacks derive from it.

Each connection has a thread of its own. `tls` is for AUTH TLS and for data connections.
"""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
SOCKET_SECONDS = 10.0  # no thread of a test outlives its client for longer
FEATURES = ("MLST type*;size*;", "SIZE", "REST STREAM", "UTF8", "EPSV")


class GoodFtp:
    """Serves one client. Methods `do_<VERB>` answer commands."""

    greeting = b"220 a double\r\n"
    features: tuple[str, ...] = FEATURES

    def __init__(
        self, client: socket.socket, files: dict[str, bytearray], tls: ssl.SSLContext | None
    ) -> None:
        self.client, self.files, self.tls = client, files, tls
        self.restart, self.renaming, self.listener = 0, "", socket.socket()
        self.encrypted = False
        self._received = b""

    def serve(self) -> None:
        with suppress(OSError, EOFError):
            self.client.sendall(self.greeting)
            while True:
                verb, _, argument = self.command().partition(" ")
                act = getattr(self, f"do_{verb.upper()}", None)
                if act is None:
                    self.say("502 not here")
                else:
                    act(argument)
        self.client.close()  # it may be another one by now, with TLS
        self.listener.close()

    def command(self) -> str:
        while b"\r\n" not in self._received:
            received = self.client.recv(4096)
            if not received:
                raise EOFError
            self._received += received
        line, _, self._received = self._received.partition(b"\r\n")
        return line.decode()

    def say(self, *lines: str) -> None:
        self.client.sendall("".join(f"{line}\r\n" for line in lines).encode())

    # --- login -----------------------------------------------------------------------------------

    def do_AUTH(self, argument: str) -> None:
        if self.tls is None:
            self.say("502 no TLS")
            return
        self.say("234 go on")
        self.client = self.tls.wrap_socket(self.client, server_side=True)

    def do_USER(self, argument: str) -> None:
        self.say("331 and the password?")

    def do_PASS(self, argument: str) -> None:
        self.say("230 welcome")

    def do_FEAT(self, argument: str) -> None:
        self.say("211-features", *(f" {each}" for each in self.features), "211 end")

    def do_PWD(self, argument: str) -> None:
        self.say('257 "/" is the folder')

    def do_PROT(self, argument: str) -> None:
        self.encrypted = argument == "P"
        self.say("200 yes")

    def do_PBSZ(self, argument: str) -> None:
        self.say("200 yes")

    do_TYPE = do_OPTS = do_NOOP = do_PBSZ

    def do_ABOR(self, argument: str) -> None:
        self.say("226 nothing to abort")

    # --- names -----------------------------------------------------------------------------------

    def do_MLST(self, argument: str) -> None:
        if argument in ("/", "."):
            self.say("250-", f" type=dir; {argument}", "250 end")
        elif argument in self.files:
            size = len(self.files[argument])
            self.say("250-", f" type=file;size={size}; {argument}", "250 end")
        else:
            self.say("550 no such file")

    def do_SIZE(self, argument: str) -> None:
        known = self.files.get(argument)
        self.say("550 no such file" if known is None else f"213 {len(known)}")

    def do_DELE(self, argument: str) -> None:
        gone = self.files.pop(argument, None)
        self.say("550 no such file" if gone is None else "250 gone")

    def do_RNFR(self, argument: str) -> None:
        self.renaming = argument
        self.say("350 and to?" if argument in self.files else "550 no such file")

    def do_RNTO(self, argument: str) -> None:
        self.files[argument] = self.files.pop(self.renaming)
        self.say("250 renamed")

    # --- transfers -------------------------------------------------------------------------------

    def do_EPSV(self, argument: str) -> None:
        self.say(f"229 here (|||{self.listen()}|)")

    def listen(self) -> int:
        self.listener.close()
        self.listener = socket.create_server((HOST, 0))
        self.listener.settimeout(SOCKET_SECONDS)
        return int(self.listener.getsockname()[1])

    def do_REST(self, argument: str) -> None:
        self.restart = int(argument)
        self.say("350 at that")

    def do_STOR(self, argument: str) -> None:
        data = self.data()
        content = self.files.setdefault(argument, bytearray())
        at, self.restart = self.restart, 0
        del content[at:]
        with data:
            self.take(data, content)
        self.completed()

    def take(self, data: socket.socket, content: bytearray) -> None:
        while received := data.recv(1 << 16):
            content += received

    def do_RETR(self, argument: str) -> None:
        if argument not in self.files:
            self.say("550 no such file")
            return
        data, at = self.data(), self.restart
        self.restart = 0
        with data, suppress(OSError):
            self.give(data, bytes(self.files[argument][at:]))
        self.completed()

    def give(self, data: socket.socket, content: bytes) -> None:
        data.sendall(content)

    def completed(self) -> None:
        self.say("226 done")

    def data(self) -> socket.socket:
        self.say("150 now")
        data, _ = self.listener.accept()
        data.settimeout(SOCKET_SECONDS)
        if self.encrypted and self.tls is not None:
            return self.tls.wrap_socket(data, server_side=True)
        return data


@contextmanager
def serving(
    kind: type[GoodFtp], tls: ssl.SSLContext | None = None
) -> Iterator[tuple[int, dict[str, bytearray]]]:
    """The port, and the files that all clients see."""
    files: dict[str, bytearray] = {}
    listener = socket.create_server((HOST, 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                client.settimeout(SOCKET_SECONDS)
                threading.Thread(target=kind(client, files, tls).serve, daemon=True).start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield int(listener.getsockname()[1]), files
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(SOCKET_SECONDS)
