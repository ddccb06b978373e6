"""The SFTP server of the local stack. It has one user and one root folder, on 127.0.0.1 only."""

import argparse
import asyncio
import errno
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncssh

Channel = asyncssh.SSHServerChannel[bytes]

HOST = "127.0.0.1"
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr")
WINDOW_BYTES = 16 << 20  # how much a client may send ahead
PACKET_BYTES = 256 << 10  # fewer, larger SSH packets cost less CPU per byte


@dataclass(frozen=True)
class User:
    """May log in with `password` and with each of `keys` (lines as in authorized_keys)."""

    name: str
    password: str | None = None
    keys: tuple[str, ...] = ()


class RootedSftpServer(asyncssh.SFTPServer):
    def __init__(self, channel: Channel, root: Path) -> None:
        super().__init__(channel, chroot=os.fsencode(root))

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Never replaces an existing name, not even that of a dangling link: it makes a hard link,
        then unlinks the old name."""
        old, new = self.map_path(oldpath), self.map_path(newpath)
        try:
            os.link(old, new, follow_symlinks=False)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK):
                raise
            if os.path.lexists(new):  # folders, and file systems without hard links
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            os.rename(old, new)
        else:
            os.unlink(old)


class SingleUserServer(asyncssh.SSHServer):
    def __init__(self, user: User) -> None:
        self._user = user

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return self._user.password is not None

    def validate_password(self, username: str, password: str) -> bool:
        return username == self._user.name and password == self._user.password

    def public_key_auth_supported(self) -> bool:
        return bool(self._user.keys)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == self._user.name and any(
            key.public_data == asyncssh.import_public_key(line).public_data
            for line in self._user.keys
        )


async def listen(
    root: Path,
    host_key: asyncssh.SSHKey,
    user: User,
    port: int = 0,
    sftp_server: Callable[[Channel, Path], asyncssh.SFTPServer] = (RootedSftpServer),
) -> asyncssh.SSHAcceptor:
    return await asyncssh.create_server(
        lambda: SingleUserServer(user),
        HOST,
        port,
        server_host_keys=[host_key],
        sftp_factory=lambda channel: sftp_server(channel, root),
        encryption_algs=CIPHERS,
        compression_algs=None,
        window=WINDOW_BYTES,
        max_pktsize=PACKET_BYTES,
        server_version="FileFerryDemo",
        allow_scp=False,
    )


def kept_host_key(path: Path) -> asyncssh.SSHKey:
    """The key in the file. The first start makes it, so a pinned key stays valid."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = asyncssh.generate_private_key("ssh-ed25519")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.export_private_key())
    return asyncssh.read_private_key(path)


def public_line(key: asyncssh.SSHKey) -> str:
    """'<algorithm> <base64>', the form in which it is pinned."""
    return " ".join(key.export_public_key().decode().split()[:2])


async def serve(options: argparse.Namespace) -> None:
    user = User(
        options.user,
        options.password_file.read_text().strip() if options.password_file else None,
        tuple(options.keys_file.read_text().splitlines()) if options.keys_file else (),
    )
    host_key = kept_host_key(options.host_key)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    acceptor = await listen(options.root, host_key, user, options.port)
    ready = {"port": acceptor.get_port(), "host_key": public_line(host_key)}
    # Renamed into place, so that nobody who waits for the file reads half of it.
    unfinished = options.ready_file.with_name(options.ready_file.name + ".new")
    unfinished.write_text(json.dumps(ready))
    unfinished.replace(options.ready_file)
    try:
        await stop.wait()
    finally:
        options.ready_file.unlink(missing_ok=True)
        acceptor.close()
        await acceptor.wait_closed()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--host-key", type=Path, required=True, help="made when it is missing")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--keys-file", type=Path, help="authorized_keys")
    parser.add_argument("--ready-file", type=Path, required=True, help="{port, host_key} as JSON")
    options = parser.parse_args()
    if options.password_file is None and options.keys_file is None:
        parser.error("give --password-file, --keys-file or both")
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
