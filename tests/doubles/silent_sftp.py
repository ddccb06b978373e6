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

LOOK_SECONDS = 0.1  # whether the client is still there


class SilentSftpServer(RootedSftpServer):
    """One session. `waiting` holds the sessions in which a client waits for an acknowledgement."""

    silent = False
    waiting: ClassVar[set["SilentSftpServer"]]
    most_waiting = 0

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        if type(self).silent:
            await self._say_nothing()
        written = super().write(file_obj, offset, data)
        assert isinstance(written, int)
        return written

    async def _say_nothing(self) -> None:
        """Until the client has gone."""
        kind = type(self)
        kind.waiting.add(self)
        kind.most_waiting = max(kind.most_waiting, len(kind.waiting))
        while not self.channel.is_closing():
            await asyncio.sleep(LOOK_SECONDS)
        kind.waiting.discard(self)
        raise asyncssh.SFTPConnectionLost("the client has gone")


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
