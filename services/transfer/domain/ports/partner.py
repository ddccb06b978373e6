"""The partner: a session with its server, and the files there."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.server_profile import ServerProfile


class ChunkSink(Protocol):
    """A part file that is open for writing at offsets. A context manager.

    Writes are pipelined. So a write's error may surface at a later write, and at the latest in
    `flush`. After any error the sink is broken. Then `write` and `flush` raise.
    """

    block_bytes: int  # the best size for one write

    def write(self, offset: int, data: bytes | memoryview) -> None: ...

    def flush(self, *, durable: bool) -> None:
        """Returns when the server acknowledged EVERY write with success. With `durable` it returns
        after an fsync. Where the server has no fsync, it returns after a close that went well.
        """
        ...

    def acknowledged_until(self) -> int | None:
        """The end of the bytes that were acknowledged without a gap. Of the writes since the last
        flush, only those count that follow one behind the other. None when nothing was written
        since then. Never raises."""
        ...

    def close(self) -> None:
        """Raises an error that no call has raised yet. Quiet when sink or connection is broken."""
        ...

    def __enter__(self) -> "ChunkSink": ...

    def __exit__(self, *exc: object) -> None: ...


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


class PartnerSession(Protocol):
    """An authenticated session on a server whose host key was checked. A context manager. `close`
    may come from another thread. Then a call that waits for the server ends with ConnectionLost.
    """

    host_key_fingerprint: str
    banner: str | None  # what the server showed at the login
    replaces_atomically: bool  # rename(replace=True) needs no step aside

    def guard(self, fence: Callable[[], object]) -> None:
        """From now on `fence` is called just before anything is sent to the server. When `fence`
        raises, nothing is sent and the connection ends. The call that wanted to send raises
        ConnectionLost."""
        ...

    def create_part(self, path: str) -> None:
        """Makes an empty file. Raises FolderMissing, PermissionDenied, NoSpace."""
        ...

    def open_part(self, path: str) -> ChunkSink:
        """Never creates the file. Raises PartMissing."""
        ...

    def open_reader(self, path: str) -> FileReader:
        """Raises PartMissing when there is no such file, PermissionDenied or WriteRefused when
        reading it is not allowed."""
        ...

    def size(self, path: str) -> int | None:
        """The size in bytes. None when there is no such file or folder. Raises PermissionDenied or
        WriteRefused where the server shows no sizes."""
        ...

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        """Raises TargetExists unless `replace`, PartMissing, FolderMissing, PermissionDenied.
        `replace` is for servers that replace atomically. For others it raises ValueError."""
        ...

    def remove(self, path: str) -> None:
        """Returns when there is no such file any more. Idempotent."""
        ...

    def probe(self, base_path: str) -> ServerProfile:
        """Tries the server's abilities with a file of its own in `base_path`, and removes it."""
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

    def connect(self, destination: Destination, credential: Credential) -> PartnerSession:
        """Raises PartnerError. The credential is sent only to a server that offers a pinned host
        key.
        """
        ...

    def offered_host_key(self, destination: Destination) -> HostKey:
        """The host key that a server without pins offers. Does not log in."""
        ...
