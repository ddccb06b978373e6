"""The source: a session for one object, and what buckets hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from services.transfer.domain.source import ObjectRef, SourceObject

if TYPE_CHECKING:
    from services.transfer.domain.ports.files import FolderSource


class ObjectSource(Protocol):
    """Reads one object, with rights for that object only. They are renewed while it is open."""

    def look(self) -> None:
        """Asks S3 whether the object can be read, and for nothing else. Raises BucketNotFound,
        ObjectNotFound, SourceForbidden, SourceUnavailable and every other SourceError that says why
        it cannot."""
        ...

    def inspect(self) -> SourceObject:
        """Raises what `look` raises."""
        ...

    def read(
        self, source: SourceObject, offset: int, length: int, block_bytes: int
    ) -> Iterator[bytes]:
        """The whole range, in blocks of `block_bytes`. The last block may be shorter. Raises
        SourceChanged when the object is not the one with `source.etag` any more,
        SourceUnavailable when the stream ends early."""
        ...

    def part_checksums(self, source: SourceObject, first: int, count: int) -> Sequence[str]:
        """The checksums of `count` parts of the object, beginning with part `first`. The first part
        of an object is 0. They are lower-case hex, in the algorithm of `source.checksum`. Raises
        what `read` raises, and ValueError for an object without checksums of its parts."""
        ...

    def close(self) -> None:
        """Forgets the session. Nothing can be read after it."""
        ...

    def __enter__(self) -> "ObjectSource": ...

    def __exit__(self, *exc: object) -> None: ...


class SourceReaders(Protocol):
    def authorize(self, ref: ObjectRef, session_name: str) -> ObjectSource:
        """A read-only session for that object only. Raises ReaderRefused, SourceThrottled,
        SourceUnavailable."""
        ...

    def authorize_many(self, bucket: str, root: str, session_name: str) -> "FolderSource":
        """A read-only session for all objects whose keys begin with `root`. Raises the same."""
        ...


@dataclass(frozen=True)
class ListedObject:
    key: str
    size_bytes: int
    last_modified: datetime
    etag: str


@dataclass(frozen=True)
class Listing:
    objects: Sequence[ListedObject]
    folders: Sequence[str]  # common prefixes, with their trailing delimiter
    cursor: str | None


class BucketCatalogue(Protocol):
    def buckets(self) -> Sequence[tuple[str, datetime]]:
        """(name, created) of every bucket that the reader may list."""
        ...

    def objects(
        self, bucket: str, prefix: str, delimiter: str, limit: int, cursor: str | None
    ) -> Listing:
        """Raises BucketNotFound, SourceForbidden. Raises FieldInvalid for a cursor that is not
        S3's."""
        ...
