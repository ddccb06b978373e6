"""Many files: their inventory, their source, and the quick way to a partner."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.transfer.domain.checksums import ObjectChecksum
from services.transfer.domain.errors import SourceError, TargetError
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ports.source import ObjectSource
from services.transfer.domain.strategy import Strategy


class InventoryStore(Protocol):
    """The pages of a transfer's inventories. Each inventory has an id that was never used before,
    so no two writers meet. Pages expire with the ledger's rows."""

    def add(self, transfer_id: str, inventory: str, pages: Iterable[Sequence[ListedFile]]) -> int:
        """Writes them from page 0 on, many at once, and returns their number. Only these are held
        in memory."""
        ...

    def page(self, transfer_id: str, inventory: str, number: int) -> Sequence[ListedFile]:
        """Raises ValueError for a page that was never written."""
        ...

    def pages(self, transfer_id: str, inventory: str) -> Iterator[Sequence[ListedFile]]:
        """All of them in their order, in fewer calls than pages."""
        ...


@dataclass(frozen=True)
class Fetched:
    """A small object as a whole, or why there is none. `checksum` is the best that S3 has of it."""

    file: ListedFile
    body: bytes = b""
    checksum: ObjectChecksum | None = None
    error: SourceError | None = None


class FolderSource(Protocol):
    """Reads objects whose keys have one beginning, with rights for these only. They are renewed
    while it is open. A context manager."""

    def look(self) -> None:
        """Asks S3 whether the beginning can be listed, and for nothing else. Raises
        SourceError."""
        ...

    def listed(self) -> Iterator[ListedFile]:
        """All objects with the beginning, in S3's order. Their `name` is the key. Raises
        SourceError."""
        ...

    def looked_at(self, keys: Iterable[str]) -> Iterator[ListedFile | SourceError]:
        """What S3 says of each key, in their order. Many are asked for at once. An object that is
        archived is listed with its size, and refused."""
        ...

    def fetched(self, files: Iterable[ListedFile]) -> Generator[Fetched, None, None]:
        """The small ones in their order, with the ETag that is listed. Several are on their way at
        once, and no more than some megabytes. `files` is consumed only as far as that."""
        ...

    def opened(self, file: ListedFile) -> ObjectSource:
        """One object, with the rights of this source. Closing it does not close this source."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> "FolderSource": ...

    def __exit__(self, *exc: object) -> None: ...


@dataclass(frozen=True)
class SmallFile:
    """`part` is the name that it has until it is whole."""

    place: int  # in its page
    part: str
    target: str
    body: bytes
    modified: datetime


class QuickFiles(Protocol):
    """Delivers small files with many requests on their way at once."""

    def put(
        self,
        files: Iterable[SmallFile],
        strategy: Strategy,
        *,
        replace: bool = False,
        reads_back: bool = False,
    ) -> Iterator[tuple[int, bool]]:
        """(place, whether the file has its name) of each, in any order. True only when every single
        reply was good: nothing had the name before (with `replace`: a file at most, and the session
        replaces in one step), all bytes are acknowledged and, where the
        strategy has fsync, on the disk, and the part file has its size and got its name. With
        `reads_back` also every byte of the part file was read and is equal. With False
        the file does not have it, and the careful way finds out why; its part file may be there.
        `files` is consumed as far as requests are sent. When it ends, or the caller stops, what was
        begun is brought to its end first. Raises PartnerError."""
        ...

    def remove(self, paths: Iterable[str]) -> Mapping[str, TargetError]:
        """Those that are there. The answer is what was refused, by path. Raises PartnerError."""
        ...
