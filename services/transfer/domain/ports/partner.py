"""The partner: a session with its server, and the files there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports.files import QuickFiles
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import UNKNOWN, Strategy

# A server that computes a checksum more slowly than this is not waited for. Spinning disks and MD5
# on a weak CPU are quicker.
SLOWEST_HASH_BYTES_PER_SECOND = 50_000_000


class Settling(Protocol):
    """What was written before, and becomes durable while other things are written."""

    def is_durable(self) -> bool:
        """Waits for nothing. Raises what a write would raise."""
        ...

    def acknowledged_until(self) -> int | None:
        """As ChunkSink.acknowledged_until, of these writes. Never raises."""
        ...


class ChunkSink(Protocol):
    """A part file that is open for writing at offsets. A context manager.

    Writes are pipelined. So a write's error may surface at a later write, and at the latest in
    `flush`. After any error the sink is broken. Then `write` and `flush` raise.
    """

    block_bytes: int  # the best size for one write

    def write(self, offset: int, data: bytes | memoryview) -> None: ...

    def flush(self, *, durable: bool) -> None:
        """Returns when the server acknowledged EVERY write with success. With `durable` it returns
        after an fsync. Where the strategy has none, it returns after a close that went well, and
        the next write opens the file again. With one handle only, nothing more can be done.
        """
        ...

    def settle_aside(self) -> Settling | None:
        """The writes since the last flush become durable on their own. A later durable flush waits
        for them, too. One such settling at a time. None where this cannot be done, and a flush has
        to."""
        ...

    def acknowledged_until(self) -> int | None:
        """The end of the bytes that were acknowledged without a gap. Of the writes since the last
        flush, or behind those that settle aside, only those count that follow one behind the other.
        None when nothing was written since then. Never raises."""
        ...

    def close(self) -> None:
        """Raises an error that no call has raised yet, also when the connection breaks now. Quiet
        when the sink is broken."""
        ...

    def __enter__(self) -> "ChunkSink": ...

    def __exit__(self, *exc: object) -> None:
        """As close, and quiet when the connection is broken."""
        ...


class FileReader(Protocol):
    """A file at the partner, open for reading with a handle of its own. A context manager."""

    def read(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """What the server holds in the ranges (offset, length), in their order, in blocks of any
        size. Many requests are on their way at once. `ranges` is consumed only as far as requests
        are sent. Raises SizeMismatch when the file ends early."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> "FileReader": ...

    def __exit__(self, *exc: object) -> None: ...


class FileKind(StrEnum):
    """What has a name at the partner."""

    FILE = "a file"
    FOLDER = "a folder"
    LINK = "a link"
    OTHER = "neither a file nor a folder"


@dataclass(frozen=True)
class Seen:
    """A name that exists. `kind` is None where the server does not tell it, and so is the size.
    The size of a link is not that of the file it leads to."""

    kind: FileKind | None
    size_bytes: int | None


@dataclass(frozen=True)
class LoginFacts:
    """What a login tells without touching a file."""

    software: str
    cipher: str
    home: str | None  # the folder in which the login begins
    banner: str | None  # what the server shows to everybody who logs in


class PartnerSession(Protocol):
    """An authenticated session on a server whose host key was checked. A context manager. `close`
    may come from another thread. Then a call that waits for the server ends with ConnectionLost.
    """

    host_key_fingerprint: str
    replaces_atomically: bool  # the server offers posix-rename
    quick_files: QuickFiles | None  # None where each request waits for its answer

    def guard(self, fence: Callable[[], object]) -> None:
        """From now on `fence` is called just before anything is sent to the server. When `fence`
        raises, nothing is sent and the connection ends. The call that wanted to send raises
        ConnectionLost."""
        ...

    def create_file(
        self, path: str, strategy: Strategy = UNKNOWN, *, exclusive: bool = False
    ) -> ChunkSink:
        """Makes an empty file and opens it. A file of that name is emptied, unless `exclusive`:
        then it raises TargetExists. Raises FolderMissing, PermissionDenied, NoSpace,
        WriteRefused."""
        ...

    def open_part(self, path: str, strategy: Strategy = UNKNOWN) -> ChunkSink:
        """Never creates the file. Raises PartMissing, PermissionDenied, WriteRefused."""
        ...

    def open_reader(self, path: str) -> FileReader:
        """Raises PartMissing when there is no such file, PermissionDenied or WriteRefused when
        reading it is not allowed."""
        ...

    def look(self, path: str) -> Seen | None:
        """None when nothing has this name. Links are not followed. Raises PermissionDenied or
        WriteRefused where the server does not show it."""
        ...

    def file_checksum(
        self,
        path: str,
        wanted: Sequence[Algorithm],
        size_bytes: int,
        within_seconds: float | None = None,
    ) -> FileChecksum | None:
        """The checksum that the server computes of the whole file as it has it now, in the first of
        `wanted` that it offers. None where it offers none of them. A server may read for long
        before it answers. So it gets its time by `size_bytes`, the size the file should have: see
        SLOWEST_HASH_BYTES_PER_SECOND, or `within_seconds` where less is given. Raises
        PartMissing, PermissionDenied. Raises WriteRefused where it fails, or answers with
        something that is no such checksum."""
        ...

    def free_bytes(self, folder: str) -> int | None:
        """None where the server does not say."""
        ...

    def make_folder(self, path: str) -> None:
        """A folder that is there is no error. Raises FolderMissing when the one above is missing,
        PermissionDenied, WriteRefused."""
        ...

    def set_modified(self, path: str, at: datetime) -> None:
        """Sets the modification time, to the second. Raises TargetError where it is refused."""
        ...

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        """With `replace` it is posix-rename, which takes the place of a file. Without, it is the
        plain RENAME, which should refuse a name that is taken. Not every server obeys. Raises
        TargetExists, PartMissing, FolderMissing, PermissionDenied, WriteRefused."""
        ...

    def remove(self, path: str) -> None:
        """Returns when there is no such file any more. Idempotent."""
        ...

    def login_facts(self) -> LoginFacts: ...

    def probe(self, base_path: str, name: str | None = None) -> ServerProfile:
        """Tries what a transfer does, with files of its own in `base_path`, and removes them.
        Their names begin with `name` where one is given. Raises when no file can be created."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> "PartnerSession": ...

    def __exit__(self, *exc: object) -> None: ...


class Partners(Protocol):
    def check_address(self, host: str, port: int) -> None:
        """Raises HostNotResolved, AddressForbidden. `connect` checks again the address that it
        connects to."""
        ...

    def check_credential(self, credential: Credential) -> None:
        """Raises FieldInvalid for a private key that cannot be used."""
        ...

    def connect(
        self,
        destination: Destination,
        credential: Credential,
        wanted: Callable[[], bool] = lambda: True,
    ) -> PartnerSession:
        """Raises PartnerError. The credential is sent only to a server that offers a pinned host
        key. `wanted` is asked often, from other threads, too. When it says no, the login ends with
        ConnectionLost.
        """
        ...

    def offered_host_key(self, destination: Destination) -> HostKey:
        """The host key that a server without pins offers. Does not log in."""
        ...
