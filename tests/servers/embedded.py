"""The local stack's own SFTP server, as a process, or inside the test with errors on demand."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from infra.local.sftp_server import Channel, RootedSftpServer, User, listen, public_line
from services.transfer.domain.host_key import HostKey
from tests.servers.waiting import wait_for

REPOSITORY = Path(__file__).parents[2]
USER = "demo"
Serve = Callable[[Channel, Path], asyncssh.SFTPServer]


@dataclass
class EmbeddedServer:
    """`python -m infra.local.sftp_server` with the root folder `root`. Its state is in `folder`."""

    folder: Path
    root: Path
    password: str
    port: int = 0
    _running: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(parents=True, exist_ok=True)
        (self.folder / "password").write_text(self.password + "\n")
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "infra.local.sftp_server",
            "--root",
            self.root,
        ]
        command += ["--port", str(self.port), "--host-key", self.folder / "host_key"]
        command += ["--user", USER, "--password-file", self.folder / "password"]
        command += ["--ready-file", ready]
        self._running = subprocess.Popen(command, cwd=REPOSITORY)
        wait_for(ready.exists, "embedded SFTP server")
        answer = json.loads(ready.read_text())
        self.port, self.host_keys = int(answer["port"]), (HostKey.parse(answer["host_key"]),)

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()
            code = self._running.wait(10)
            self._running = None
            assert code == 0, f"the embedded server ended with {code}"

    def kill(self) -> None:
        assert self._running is not None
        self._running.kill()
        self._running.wait(10)
        self._running = None


class FailingSftpServer(RootedSftpServer):
    """Of all sessions' writes, number `fail_at` (from 1) is not done and fails.

    With `fails_closes` a close fails, as on NFS or with quotas. Without `has_fsync` that request is
    refused as unknown.
    With `takes_away` a file is gone as soon as it was renamed. With `fails_fsync` fsync fails.
    """

    fail_at: int | None = None
    writes = 0
    fails_closes = False
    closes = 0
    has_fsync = True
    fails_fsync = False
    takes_away = False

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        kind = type(self)
        kind.writes += 1
        if kind.writes == kind.fail_at:
            raise asyncssh.SFTPFailure("injected")
        written = super().write(file_obj, offset, data)
        assert isinstance(written, int)
        return written

    def fsync(self, file_obj: object) -> None:
        if not type(self).has_fsync:
            raise asyncssh.SFTPOpUnsupported("no fsync here")
        if type(self).fails_fsync:
            raise asyncssh.SFTPFailure("told at fsync")
        super().fsync(file_obj)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().rename(oldpath, newpath)
        self._take_away(newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().posix_rename(oldpath, newpath)
        self._take_away(newpath)

    def _take_away(self, path: bytes) -> None:
        if type(self).takes_away:
            os.unlink(self.map_path(path))

    def close(self, file_obj: object) -> None:
        kind = type(self)
        kind.closes += 1
        super().close(file_obj)
        if kind.fails_closes:
            raise asyncssh.SFTPFailure("quota told at close")


@dataclass(frozen=True)
class InnerServer:
    port: int
    host_keys: tuple[HostKey, ...]
    root: Path
    failures: type[FailingSftpServer]


@contextmanager
def inner_server(root: Path, password: str) -> Iterator[InnerServer]:
    """Runs in a thread of the test. `failures` is this server's own class."""

    class Failures(FailingSftpServer):
        pass

    def served(channel: Channel, folder: Path) -> asyncssh.SFTPServer:
        return Failures(channel, folder)

    with served_in_a_thread(root, password, served) as (port, key):
        yield InnerServer(port, (key,), root, Failures)


@contextmanager
def served_in_a_thread(root: Path, password: str, served: Serve) -> Iterator[tuple[int, HostKey]]:
    """Gives the port and the host key."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="inner SFTP server")
    thread.start()
    try:
        user = User(USER, password)
        starting = asyncio.run_coroutine_threadsafe(listen(root, key, user, 0, served), loop)
        acceptor = starting.result(10)
        try:
            yield acceptor.get_port(), HostKey.parse(public_line(key))
        finally:

            async def close() -> None:
                acceptor.close()
                await acceptor.wait_closed()

            asyncio.run_coroutine_threadsafe(close(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
