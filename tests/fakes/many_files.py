"""Many files in memory: their source, their inventories, and the quick way to a partner."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from posixpath import dirname
from typing import TYPE_CHECKING

from services.transfer.domain.errors import (
    ObjectArchived,
    ObjectNotFound,
    SourceChanged,
    SourceError,
    TargetError,
)
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ports import Fetched, SmallFile
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.strategy import Strategy

if TYPE_CHECKING:
    from tests.fakes.outside import InMemoryBuckets, InMemoryObjectSource
    from tests.fakes.partners import InMemoryPartners, InMemoryPartnerSession

MODIFIED = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = 4  # files that are begun before the first one is told of


class InMemoryInventoryStore:
    def __init__(self) -> None:
        self.written: dict[tuple[str, str, int], list[ListedFile]] = {}

    def add(self, transfer_id: str, inventory: str, pages: Iterable[Sequence[ListedFile]]) -> int:
        written = {(transfer_id, inventory, at): list(page) for at, page in enumerate(pages)}
        self.written |= written
        return len(written)

    def page(self, transfer_id: str, inventory: str, number: int) -> Sequence[ListedFile]:
        if (transfer_id, inventory, number) not in self.written:
            raise ValueError(f"transfer {transfer_id} has no page {number} in {inventory}")
        return list(self.written[transfer_id, inventory, number])

    def pages(self, transfer_id: str, inventory: str) -> Iterator[Sequence[ListedFile]]:
        of = (transfer_id, inventory)
        return (list(page) for key, page in sorted(self.written.items()) if key[:2] == of)


class InMemoryFolderSource:
    def __init__(self, buckets: "InMemoryBuckets", bucket: str, root: str) -> None:
        self._buckets, self._bucket, self._root = buckets, bucket, root
        buckets.open_readers += 1

    def look(self) -> None:
        next(self.listed(), None)

    def listed(self) -> Iterator[ListedFile]:
        cursor, first = None, True
        while first or cursor is not None:
            first = False
            page = self._buckets.objects(self._bucket, self._root, "", 1_000, cursor)
            for each in page.objects:
                yield ListedFile(each.key, each.key, each.size_bytes, each.etag, each.last_modified)
            cursor = page.cursor

    def looked_at(self, keys: Iterable[str]) -> Iterator[ListedFile | SourceError]:
        for key in keys:
            try:
                found = self._object(key).inspect()
            except ObjectArchived as error:
                size = len(self._buckets.objects_by_bucket[self._bucket][key])
                yield ListedFile(key, key, size, "", MODIFIED).refused(error)
            except SourceError as error:
                yield error
            else:
                size = found.size_bytes
                yield ListedFile(key, key, size, found.etag, found.last_modified)

    def fetched(self, files: Iterable[ListedFile]) -> Generator[Fetched, None, None]:
        for file in files:
            try:
                yield self._fetched(file)
            except SourceError as error:
                yield Fetched(file, error=error)

    def _fetched(self, file: ListedFile) -> Fetched:
        source = self._object(file.key)
        found = source.inspect()
        if found.etag != file.etag:
            raise SourceChanged(self._bucket, file.key, file.etag)
        body = b"".join(source.read(found, 0, found.size_bytes, 1 << 20))
        whole = found.checksum if found.checksum and found.checksum.value else None
        return Fetched(file, body, whole)

    def opened(self, file: ListedFile) -> "InMemoryObjectSource":
        self._buckets.open_readers += 1
        return self._object(file.key)

    def _object(self, key: str) -> "InMemoryObjectSource":
        from tests.fakes.outside import InMemoryObjectSource

        if not key.startswith(self._root):
            raise ObjectNotFound(self._bucket, key)
        source = InMemoryObjectSource(self._buckets, ObjectRef(self._bucket, key))
        self._buckets.open_readers -= 1
        return source

    def close(self) -> None:
        self._buckets.open_readers -= 1

    def __enter__(self) -> "InMemoryFolderSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class InMemoryQuickFiles:
    """Several files are begun before the first one is told of, as on a real line."""

    def __init__(self, session: "InMemoryPartnerSession", server: "InMemoryPartners") -> None:
        self._session, self._server = session, server

    def put(
        self,
        files: Iterable[SmallFile],
        strategy: Strategy,
        *,
        replace: bool = False,
        reads_back: bool = False,
    ) -> Iterator[tuple[int, bool]]:
        begun: deque[tuple[SmallFile, bool]] = deque()
        for each in files:
            begun.append((each, self._open(each, replace)))
            if len(begun) >= AT_ONCE:
                yield self._end(*begun.popleft(), replace, reads_back)
        while begun:
            yield self._end(*begun.popleft(), replace, reads_back)

    def remove(self, paths: Iterable[str]) -> Mapping[str, TargetError]:
        refused: dict[str, TargetError] = {}
        for path in paths:
            try:
                self._session.remove(path)
            except TargetError as error:
                refused[path] = error
        return refused

    def _open(self, file: SmallFile, replace: bool) -> bool:
        self._session.called("quick_open")
        server = self._server
        taken = file.target in server.folders or file.target in server.links
        taken = taken or (file.target in server.files and not replace)
        if taken or dirname(file.part) not in server.folders:
            return False
        server.files[file.part] = bytearray()
        return True

    def _end(
        self, file: SmallFile, opened: bool, replace: bool, reads_back: bool
    ) -> tuple[int, bool]:
        if not opened:
            return file.place, False
        try:
            self._session.called("quick_write")
            self._server.files[file.part] += file.body
            self._session.synced()
            if reads_back and not self._reads_equal(file):
                return file.place, False
            self._session.rename(file.part, file.target, replace=replace)
        except TargetError:
            return file.place, False
        self._server.modified[file.target] = file.modified
        return file.place, True

    def _reads_equal(self, file: SmallFile) -> bool:
        self._session.called("quick_read")
        with self._session.open_reader(file.part) as reader:
            return b"".join(reader.read([(0, len(file.body))])) == file.body
