"""Partners for tests, all in one form. It says where and how to connect, and what they hold."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from runtime.address_guard import AddressGuard
from services.transfer.adapters.ftp_partners import FtpPartners
from services.transfer.adapters.sftp_partners import SftpPartners
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports import Partners, PartnerSession
from tests.fakes.partners import InMemoryPartners
from tests.servers import require_program, unavailable
from tests.servers.embedded import USER, EmbeddedServer, InnerServer
from tests.servers.listening import Login
from tests.servers.openssh import OpenSshServer
from tests.servers.system_user import SystemUser

WHEN = datetime(2026, 11, 1, tzinfo=UTC)  # when the fakes' world begins, so no profile is old
LOOPBACK = AddressGuard.of(["127.0.0.0/8", "::1/128"])
SMALL_DISK_BYTES = 8 << 20
WITHOUT_EXTENSIONS = "sftp internal-sftp -P fsync,posix-rename"


def destination(
    port: int,
    user: str,
    base_path: str,
    host_keys: Sequence[HostKey],
    host: str = "127.0.0.1",
) -> Destination:
    return Destination(
        id="acme",
        name="Acme",
        protocol=Protocol.SFTP,
        host=host,
        port=port,
        user=user,
        base_path=base_path,
        max_sessions=4,
        secret_id="secret",
        created_at=WHEN,
        updated_at=WHEN,
        host_keys=tuple(host_keys),
    )


def ftp_destination(login: Login, base_path: str) -> Destination:
    place = destination(login.port, login.user, base_path, login.host_keys)
    plain = login.protocol is Protocol.FTP
    return replace(place, protocol=login.protocol, tls=login.tls, accepts_unencrypted_login=plain)


def ftp_partners(timeout_seconds: float = 20) -> FtpPartners:
    return FtpPartners(LOOPBACK, timeout_seconds, lambda: WHEN)


def sftp_partners(timeout_seconds: float = 20) -> SftpPartners:
    return SftpPartners(LOOPBACK, timeout_seconds, lambda: WHEN)


@dataclass(frozen=True)
class Site:
    """`root` is the folder of the server's '/'. It is None for the fake, which has its files in
    memory."""

    partners: Partners
    destination: Destination
    credential: Credential
    root: Path | None
    server: EmbeddedServer | InnerServer | OpenSshServer | InMemoryPartners | Login

    def at(self, name: str) -> str:
        """The server's path of a file in its base folder."""
        return f"{self.destination.base_path}/{name}"

    def content(self, path: str) -> bytes | None:
        if isinstance(self.server, InMemoryPartners):
            found = self.server.files.get(path)
            return None if found is None else bytes(found)
        local = self._local(path)
        return local.read_bytes() if local.exists() else None

    def plant(self, path: str, content: bytes) -> None:
        if isinstance(self.server, InMemoryPartners):
            self.server.files[path] = bytearray(content)
            return
        folder = self._local(path).parent.stat()
        self._local(path).write_bytes(content)
        os.chown(self._local(path), folder.st_uid, folder.st_gid)

    def names(self) -> list[str]:
        """The names of all files in the base folder."""
        base = self.destination.base_path
        if isinstance(self.server, InMemoryPartners):
            return sorted(path.removeprefix(f"{base}/") for path in self.server.files)
        return sorted(os.listdir(self._local(base)))

    def _local(self, path: str) -> Path:
        assert self.root is not None
        return self.root / path.lstrip("/")


@contextmanager
def shared_folder(user: SystemUser) -> Iterator[Path]:
    """Makes a folder outside of pytest's own, which is closed to the server's user."""
    folder = Path(tempfile.mkdtemp(prefix="fileferry-"))
    try:
        folder.chmod(0o755)
        (folder / "in").mkdir()
        os.chown(folder / "in", user.uid, user.gid)
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A tmpfs over the folder, where mounting is permitted."""
    mount = require_program("mount", "mount")
    owner = folder.stat()
    options = f"size={SMALL_DISK_BYTES},uid={owner.st_uid},gid={owner.st_gid},mode=755"
    mounted = subprocess.run(
        [mount, "-t", "tmpfs", "-o", options, "fileferry-test", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        unavailable(f"mounting a small disk is not permitted: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        # Lazily, because the server may hold a file open that the test left behind.
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def site(kind: str, folder: Path, user: SystemUser) -> Iterator[Site]:
    """`kind` is memory, asyncssh or openssh. memory and openssh may have the ending -plain. Then
    they replace nothing atomically, and OpenSSH has no fsync either.
    """
    plain = kind.endswith("-plain")
    if kind.startswith("memory"):
        fake = InMemoryPartners(replaces_atomically=not plain)
        target = destination(22, USER, "/in", [fake.host_key])
        yield Site(fake, target, Credential(password="any"), None, fake)
    elif kind == "asyncssh":
        embedded = EmbeddedServer(folder / "state", folder, secrets.token_hex(8))
        embedded.start()
        try:
            target = destination(embedded.port, USER, "/in", embedded.host_keys)
            credential = Credential(password=embedded.password)
            yield Site(sftp_partners(), target, credential, folder, embedded)
        finally:
            embedded.stop()
    else:
        subsystem = WITHOUT_EXTENSIONS if plain else "sftp internal-sftp"
        openssh = OpenSshServer(folder / "state", user, subsystem=subsystem)
        openssh.start()
        try:
            target = destination(openssh.port, user.name, f"{folder}/in", openssh.host_keys)
            credential = Credential(private_key=openssh.user_key.read_text())
            yield Site(sftp_partners(), target, credential, Path("/"), openssh)
        finally:
            openssh.stop()


def impatient(place: Site, timeout_seconds: float) -> Site:
    """The same partner, but a call gives up after `timeout_seconds`."""
    return replace(place, partners=sftp_partners(timeout_seconds))


def size_at(session: PartnerSession, path: str) -> int | None:
    """None when nothing has this name."""
    seen = session.look(path)
    return None if seen is None else seen.size_bytes
