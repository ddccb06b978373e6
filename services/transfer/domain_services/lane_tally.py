"""Adds up what one turn of a lane reads from S3 and writes at its partner."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.metering import Meter, Unit
from services.transfer.domain.errors import SourceError
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ports import Fetched, FolderSource, ObjectSource
from services.transfer.domain.source import SourceObject

TOLD_EVERY = timedelta(seconds=60)  # the shortest period of a metric


@dataclass
class LaneTally:
    """In bytes. What is read or written once more counts once more. The worker adds to `read` and
    `written`, which only grow, so that the beats of another thread can tell of them."""

    read: int = 0
    written: int = 0
    _told: tuple[int, int] = (0, 0)
    _told_at: datetime | None = None

    def beat(self, now: datetime, meter: Meter) -> None:
        """A turn may last for days, and what it moves shows each minute."""
        if self._told_at is None:
            self._told_at = now
        elif now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            self.tell(meter)
            meter.flush()

    def tell(self, meter: Meter) -> None:
        """What came since the last time, as one value, however many blocks it was."""
        now, before = (self.read, self.written), self._told
        self._told = now
        for name, value, told in zip(("BytesRead", "BytesWritten"), now, before, strict=True):
            if value > told:
                meter.add(name, value - told, Unit.BYTES)


class TalliedSource:
    """An ObjectSource. Whoever opened `source` closes it."""

    def __init__(self, source: ObjectSource, tally: LaneTally) -> None:
        self._source, self._tally = source, tally

    def look(self) -> None:
        self._source.look()

    def inspect(self) -> SourceObject:
        return self._source.inspect()

    def read(
        self, source: SourceObject, offset: int, length: int, block_bytes: int
    ) -> Iterator[bytes]:
        for block in self._source.read(source, offset, length, block_bytes):
            self._tally.read += len(block)
            yield block

    def part_checksums(self, source: SourceObject, first: int, count: int) -> Sequence[str]:
        return self._source.part_checksums(source, first, count)

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> "TalliedSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class TalliedFolder:
    """A FolderSource. Whoever opened `source` closes it."""

    def __init__(self, source: FolderSource, tally: LaneTally) -> None:
        self._source, self._tally = source, tally

    def look(self) -> None:
        self._source.look()

    def listed(self) -> Iterator[ListedFile]:
        return self._source.listed()

    def looked_at(self, keys: Iterable[str]) -> Iterator[ListedFile | SourceError]:
        return self._source.looked_at(keys)

    def fetched(self, files: Iterable[ListedFile]) -> Generator[Fetched, None, None]:
        with closing(self._source.fetched(files)) as coming:
            for found in coming:
                self._tally.read += len(found.body)
                yield found

    def opened(self, file: ListedFile) -> ObjectSource:
        return TalliedSource(self._source.opened(file), self._tally)

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> "TalliedFolder":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
