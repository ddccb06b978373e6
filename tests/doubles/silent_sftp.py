"""A partner that takes logins, opens files, takes their bytes, and never acknowledges a write."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import asyncssh

from infra.local.sftp_server import Channel, RootedSftpServer
from services.transfer.domain.host_key import HostKey
from tests.servers.embedded import USER, served_in_a_thread


class SilentSftpServer(RootedSftpServer):
    """One session. `waiting` holds the sessions in which a client waits for an acknowledgement."""

    silent = False
    waiting: ClassVar[set["SilentSftpServer"]]
    most_waiting = 0

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        kind = type(self)
        if kind.silent:
            kind.waiting.add(self)
            kind.most_waiting = max(kind.most_waiting, len(kind.waiting))
            await asyncio.Event().wait()  # the end of the session cancels it
        written = super().write(file_obj, offset, data)
        assert isinstance(written, int)
        return written

    def exit(self) -> None:
        type(self).waiting.discard(self)


@dataclass(frozen=True)
class SilentPartner:
    """Its sessions are instances of `sessions`. It answers until `sessions.silent` is set."""

    host: str
    port: int
    user: str
    password: str
    host_key: HostKey
    sessions: type[SilentSftpServer]


@contextmanager
def silent_partner(root: Path, password: str) -> Iterator[SilentPartner]:
    class Sessions(SilentSftpServer):
        waiting: ClassVar[set[SilentSftpServer]] = set()

    def served(channel: Channel, folder: Path) -> asyncssh.SFTPServer:
        return Sessions(channel, folder)

    root.mkdir(parents=True, exist_ok=True)
    with served_in_a_thread(root, password, served) as (port, key):
        yield SilentPartner("127.0.0.1", port, USER, password, key, Sessions)
