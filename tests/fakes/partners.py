"""A partner's server in memory: a dict of files that every session shares; errors on demand."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from posixpath import dirname

from services.transfer.domain.destination import Credential, Destination, HostKey, ServerProfile
from services.transfer.domain.errors import (
    ConnectionLost,
    FolderMissing,
    HostKeyChanged,
    HostKeyUnconfirmed,
    PartMissing,
    PasswordRejected,
    SizeMismatch,
    TargetExists,
    TransferError,
)

HOST_KEY = HostKey(
    "ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
)
BLOCK_BYTES = 32_768
SOFTWARE = "SSH-2.0-InMemory"
CIPHER = "none"


@dataclass(frozen=True)
class Planned:
    """`error` for the call `at` (None: any call) after `after` such calls went well."""

    error: TransferError
    at: str | None
    after: int = 0


@dataclass
class InMemoryPartners:
    """`files` and `folders` hold absolute paths; `calls` counts what was called, by method name."""

    folders: set[str] = field(default_factory=lambda: {"/", "/in"})
    files: dict[str, bytearray] = field(default_factory=dict)
    host_key: HostKey = HOST_KEY
    password: str | None = None  # None: every credential is accepted
    calls: Counter[str] = field(default_factory=Counter)
    open_sessions: int = 0
    most_sessions: int = 0  # at the same time
    _planned: list[Planned] = field(default_factory=list)

    def fail_next(self, error: TransferError, at: str | None = None, after: int = 0) -> None:
        """Raise `error` once, at the next call of the method `at` ("connect", "write", ...)."""
        self._planned.append(Planned(error, at, after))

    def forget_failures(self) -> None:
        self._planned.clear()

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

    def connect(self, destination: Destination, credential: Credential) -> "InMemoryPartnerSession":
        self.called("connect")
        if not destination.host_keys:
            raise HostKeyUnconfirmed(destination.host, self.host_key.fingerprint)
        if self.host_key not in destination.host_keys:
            pinned = ", ".join(key.fingerprint for key in destination.host_keys)
            raise HostKeyChanged(destination.host, pinned, self.host_key.fingerprint)
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
        self._destination = destination
        self._closed = False

    def _called(self, name: str) -> None:
        if self._closed:
            raise ConnectionLost(self._destination.host, self._destination.port, "session closed")
        self._server.called(name)

    def create_part(self, path: str) -> None:
        self._called("create_part")
        if dirname(path) not in self._server.folders:
            raise FolderMissing(path)
        self._server.files.setdefault(path, bytearray())

    def open_part(self, path: str) -> "InMemoryChunkSink":
        self._called("open_part")
        if path not in self._server.files:
            raise PartMissing(path)
        return InMemoryChunkSink(self._server, path)

    def size(self, path: str) -> int | None:
        self._called("size")
        content = self._server.files.get(path)
        return None if content is None else len(content)

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        self._called("rename")
        if target in self._server.files and not replace:
            raise TargetExists(target)
        if part not in self._server.files:
            raise PartMissing(part)
        if dirname(target) not in self._server.folders:
            raise FolderMissing(target)
        self._server.files[target] = self._server.files.pop(part)

    def remove(self, path: str) -> None:
        self._called("remove")
        self._server.files.pop(path, None)

    def probe(self, base_path: str) -> ServerProfile:
        self._called("probe")
        if base_path not in self._server.folders:
            raise FolderMissing(base_path)
        return ServerProfile(
            software=SOFTWARE,
            cipher=CIPHER,
            write_at_offset=True,
            rename=True,
            atomic_replace=True,
            fsync=True,
            max_write_bytes=None,
            max_read_bytes=None,
            free_bytes=None,
            round_trip_seconds=0.0,
            probed_at=datetime.now(UTC),
        )

    def close(self) -> None:
        """Never fails, as often as it is called."""
        if not self._closed:
            self._closed = True
            self._server.open_sessions -= 1

    def __enter__(self) -> "InMemoryPartnerSession":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class InMemoryChunkSink:
    block_bytes = BLOCK_BYTES

    def __init__(self, server: InMemoryPartners, path: str) -> None:
        self._server = server
        self._path = path
        self._content = server.files[path]  # stays writable when it is renamed, as a handle does
        self._broken: TransferError | None = None
        self._closed = False

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        if self._closed:
            raise ValueError("the sink is closed")
        if self._broken is not None:
            raise self._broken
        try:
            self._server.called(name)
            yield
        except TransferError as error:
            self._broken = error
            raise

    def write(self, offset: int, data: bytes | memoryview) -> None:
        with self._call("write"):
            if not data:
                return
            gap = offset - len(self._content)
            if gap > 0:
                self._content.extend(bytes(gap))
            self._content[offset : offset + len(data)] = data

    def flush(self, *, durable: bool, beat: Callable[[], object] | None = None) -> None:
        with self._call("flush"):
            if beat is not None:
                beat()
            if durable:
                self._server.calls["fsync"] += 1

    def read(self, offset: int, length: int) -> Iterator[bytes]:
        with self._call("read"):
            end = offset + length
            if len(self._content) < end:
                raise SizeMismatch(self._path, end, len(self._content))
            for start in range(offset, end, BLOCK_BYTES):
                yield bytes(self._content[start : min(start + BLOCK_BYTES, end)])

    def close(self) -> None:
        """Raises what was planned for it, unless the sink is broken already."""
        if not self._closed and self._broken is None:
            with self._call("close"):
                self._closed = True
        self._closed = True
