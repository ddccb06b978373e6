"""A partner's server in memory: a dict of files that all sessions share, with errors on demand."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from posixpath import basename, dirname

from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.adapters.ssh_keys import check_private_key
from services.transfer.domain.checksums import Algorithm, FileChecksum, hasher
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    FolderMissing,
    HostKeyChanged,
    HostKeyUnconfirmed,
    PartMissing,
    PasswordRejected,
    PermissionDenied,
    TargetExists,
    TargetNotAFile,
    TransferError,
    WriteRefused,
)
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports import FileKind, LoginFacts, QuickFiles, Seen
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import UNKNOWN, Strategy
from tests.fakes.many_files import InMemoryQuickFiles
from tests.fakes.partner_files import InMemoryChunkSink, InMemoryFileReader

HOST_KEY = HostKey(
    "ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
)
SOFTWARE = "SSH-2.0-InMemory"
CIPHER = "none"


@dataclass(frozen=True)
class Planned:
    """Raises `error` at the call `at` (None: any call), after `after` such calls went well."""

    error: TransferError
    at: str | None
    after: int = 0


@dataclass
class InMemoryPartners:
    """`files` and `folders` hold absolute paths. `calls` counts calls by the method's name. A
    "read" is one range.

    A drop box is neither `readable` nor `shows_sizes`. With `takes_away_on_rename` a file goes into
    `taken` when it gets its final name, which is a name without a dot before it.
    """

    folders: set[str] = field(default_factory=lambda: {"/", "/in"})
    files: dict[str, bytearray] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)  # of the files, those that are links
    host_key: HostKey = HOST_KEY
    banner: str | None = None
    password: str | None = None  # None: every credential is accepted
    replaces_atomically: bool = True
    readable: bool = True
    shows_sizes: bool = True
    takes_away_on_rename: bool = False
    modified: dict[str, datetime] = field(default_factory=dict)
    unwanted: set[str] = field(default_factory=set)  # names that no file gets, as by a filter
    pipelines: bool = True  # many requests may be on their way at once
    renames: bool = True
    reopens: bool = True  # a file that was closed can be opened for writing again
    removes: bool = True
    checksums: tuple[Algorithm, ...] = ()  # that the server computes itself
    drops_unclosed: bool = False  # a file whose connection is lost before its close is removed
    taken: dict[str, bytes] = field(default_factory=dict)
    logging_in: Callable[[Callable[[], bool]], object] = lambda wanted: None  # how a login goes on
    last_written: bytearray | None = None  # the file of the last write, whatever its name is now
    calls: Counter[str] = field(default_factory=Counter)
    open_sessions: int = 0
    most_sessions: int = 0  # at the same time
    _planned: list[Planned] = field(default_factory=list)

    def fail_next(self, error: TransferError, at: str | None = None, after: int = 0) -> None:
        """Raises `error` once, at the next call of the method `at` ("connect", "write", ...)."""
        self._planned.append(Planned(error, at, after))

    def called(self, name: str) -> None:
        self.calls[name] += 1
        for index, planned in enumerate(self._planned):
            if planned.at not in (None, name):
                continue
            if planned.after == 0:
                del self._planned[index]
                raise planned.error
            self._planned[index] = Planned(planned.error, planned.at, planned.after - 1)

    def check_address(self, host: str, port: int) -> None:
        self.called("check_address")

    def check_credential(self, credential: Credential) -> None:
        self.called("check_credential")
        if credential.private_key is not None:
            check_private_key(credential.private_key, credential.passphrase)

    def connect(
        self,
        destination: Destination,
        credential: Credential,
        wanted: Callable[[], bool] = lambda: True,
    ) -> "InMemoryPartnerSession":
        self.called("connect")
        self.logging_in(wanted)
        if not wanted():
            raise ConnectionLost(destination.host, destination.port, "nobody waits any more")
        if not destination.host_keys:
            raise HostKeyUnconfirmed(destination.host, self.host_key.fingerprint)
        if self.host_key not in destination.host_keys:
            pinned = ", ".join(key.fingerprint for key in destination.host_keys)
            raise HostKeyChanged(
                destination.host, pinned, self.host_key.fingerprint, str(self.host_key)
            )
        if self.password is not None and credential.password != self.password:
            raise PasswordRejected(destination.host, destination.user)
        self.open_sessions += 1
        self.most_sessions = max(self.most_sessions, self.open_sessions)
        return InMemoryPartnerSession(self, destination)

    def offered_host_key(self, destination: Destination) -> HostKey:
        self.called("offered_host_key")
        return self.host_key


class InMemoryPartnerSession:
    def __init__(self, server: InMemoryPartners, destination: Destination) -> None:
        self.host_key_fingerprint = server.host_key.fingerprint
        self._server = server
        self.replaces_atomically = server.replaces_atomically
        self.quick_files: QuickFiles | None = None
        if server.pipelines:
            self.quick_files = InMemoryQuickFiles(self, server)
        self._destination = destination
        self.closed = False
        self._closing = threading.Lock()
        self._fence: Callable[[], object] = lambda: None
        self._sinks: list[InMemoryChunkSink] = []

    def guard(self, fence: Callable[[], object]) -> None:
        self._fence = fence

    def called(self, name: str) -> None:
        if not self.closed:
            try:
                self._fence()
            except Exception:
                self.close()
        if self.closed:
            raise ConnectionLost(self._destination.host, self._destination.port, "session closed")
        self._server.called(name)

    def wrote(self, content: bytearray) -> None:
        self._server.last_written = content

    def synced(self) -> None:
        self._server.calls["fsync"] += 1

    def create_file(
        self, path: str, strategy: Strategy = UNKNOWN, *, exclusive: bool = False
    ) -> "InMemoryChunkSink":
        self.called("create_file")
        self._require_no_folder(path)
        if dirname(path) not in self._server.folders:
            raise FolderMissing(dirname(path))
        if exclusive and path in self._server.files:
            raise TargetExists(path)
        if path in self._server.files and not self._server.reopens:
            raise PermissionDenied(path, "create")
        self._server.files.setdefault(path, bytearray()).clear()
        self._sinks.append(InMemoryChunkSink(self, path, self._server.files[path], strategy))
        return self._sinks[-1]

    def open_part(self, path: str, strategy: Strategy = UNKNOWN) -> "InMemoryChunkSink":
        self.called("open_part")
        if path not in self._server.files:
            raise PartMissing(path)
        if not self._server.reopens:
            raise PermissionDenied(path, "open")
        return InMemoryChunkSink(self, path, self._server.files[path], strategy)

    def open_reader(self, path: str) -> "InMemoryFileReader":
        self.called("open_reader")
        if path not in self._server.files:
            raise PartMissing(path)
        if not self._server.readable:
            raise PermissionDenied(path, "read")
        return InMemoryFileReader(self, path, self._server.files[path])

    def look(self, path: str) -> Seen | None:
        self.called("look")
        if not self._server.shows_sizes:
            raise PermissionDenied(path, "look at")
        if path in self._server.folders:
            return Seen(FileKind.FOLDER, None)
        content = self._server.files.get(path)
        kind = FileKind.LINK if path in self._server.links else FileKind.FILE
        return None if content is None else Seen(kind, len(content))

    def file_checksum(
        self,
        path: str,
        wanted: Sequence[Algorithm],
        size_bytes: int,
        within_seconds: float | None = None,
    ) -> FileChecksum | None:
        offered = next((each for each in wanted if each in self._server.checksums), None)
        if offered is None:
            return None
        self.called("file_checksum")
        if path not in self._server.files:
            raise PartMissing(path)
        if not self._server.readable:
            raise PermissionDenied(path, "give a checksum of")
        computed = hasher(offered, CRCS.get(offered))
        computed.update(bytes(self._server.files[path]))
        return FileChecksum(offered, computed.hexdigest())

    def free_bytes(self, folder: str) -> int | None:
        return None

    def make_folder(self, path: str) -> None:
        self.called("make_folder")
        if path in self._server.files:
            raise WriteRefused(path, "make the folder", "a file has this name")
        if dirname(path) not in self._server.folders:
            raise FolderMissing(dirname(path))
        self._server.folders.add(path)

    def set_modified(self, path: str, at: datetime) -> None:
        self.called("set_modified")
        if path not in self._server.files:
            raise PartMissing(path)
        self._server.modified[path] = at

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        self.called("rename")
        if not self._server.renames:
            raise PermissionDenied(target, "rename the part file to")
        if replace and not self.replaces_atomically:
            raise WriteRefused(target, "rename the part file to", "posix-rename is not offered")
        if target in self._server.unwanted:
            raise WriteRefused(target, "rename the part file to", "Failure")
        self._require_no_folder(target)
        if target in self._server.files and not replace:
            raise TargetExists(target)
        if part not in self._server.files:
            raise PartMissing(part)
        if dirname(target) not in self._server.folders:
            raise FolderMissing(dirname(target))
        self._server.files[target] = self._server.files.pop(part)
        if part in self._server.modified:
            self._server.modified[target] = self._server.modified.pop(part)
        if self._server.takes_away_on_rename and not basename(target).startswith("."):
            self._server.taken[target] = bytes(self._server.files.pop(target))

    def remove(self, path: str) -> None:
        self.called("remove")
        if path in self._server.folders:
            raise WriteRefused(path, "remove", "it is a folder")
        if path in self._server.files and not self._server.removes:
            raise PermissionDenied(path, "remove")
        self._server.files.pop(path, None)

    def login_facts(self) -> LoginFacts:
        return LoginFacts(SOFTWARE, CIPHER, home="/", banner=self._server.banner)

    def _require_no_folder(self, path: str) -> None:
        if path in self._server.folders:
            raise TargetNotAFile(path, FileKind.FOLDER.value)

    def probe(self, base_path: str, name: str | None = None) -> ServerProfile:
        self.called("probe")
        if base_path not in self._server.folders:
            raise FolderMissing(base_path)
        server = self._server
        return ServerProfile(
            software=SOFTWARE,
            cipher=CIPHER,
            write_at_offset=server.reopens,
            rename=server.renames,
            reopen=server.reopens,
            overwrite=server.reopens,
            exclusive=True,
            read=server.readable,
            keeps_content=True if server.readable else None,
            shows_files=server.shows_sizes,
            tells_missing=server.shows_sizes,
            remove=server.removes,
            set_times=True,
            home="/",
            atomic_replace=server.replaces_atomically,
            fsync=True,
            max_write_bytes=None,
            max_read_bytes=None,
            free_bytes=None,
            round_trip_seconds=0.04,
            probed_at=datetime.now(UTC),
            checksums=server.checksums if server.readable else (),
        )

    def close(self) -> None:
        """Never fails, however often and from whichever thread it is called."""
        with self._closing:
            if not self.closed:
                self.closed = True
                self._server.open_sessions -= 1
                if self._server.drops_unclosed:
                    self._drop(each for each in self._sinks if not each.was_closed)

    def _drop(self, sinks: "Iterable[InMemoryChunkSink]") -> None:
        for sink in sinks:
            for path in [name for name, held in self._server.files.items() if sink.writes(held)]:
                del self._server.files[path]

    def __enter__(self) -> "InMemoryPartnerSession":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
