"""A server's program, with its log in a file, for as long as a test needs it."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol, Tls
from services.transfer.domain.host_key import HostKey
from tests.servers.waiting import wait_for

HOST = "127.0.0.1"
END_SECONDS = 10.0


@dataclass(frozen=True)
class Login:
    """Where a server listens, and what it lets in."""

    port: int
    user: str
    credential: Credential
    host_keys: tuple[HostKey, ...]
    protocol: Protocol = Protocol.SFTP
    tls: Tls | None = None


@contextmanager
def listening(command: Sequence[str | Path], port: int, log: Path) -> Iterator[None]:
    """Ends the program's sessions, too. They are in its process group."""
    with log.open("ab") as output:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def listens() -> bool:
        assert program.poll() is None, f"{command[0]} ended: {log.read_text(errors='replace')}"
        with socket.socket() as probe:
            return probe.connect_ex((HOST, port)) == 0

    try:
        wait_for(listens, f"{command[0]} on port {port}")
        yield
    finally:
        _signal(program.pid, signal.SIGTERM)
        try:
            program.wait(END_SECONDS)
        finally:
            _signal(program.pid, signal.SIGKILL)


def _signal(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
