"""Reads small objects from S3, and compares each with the checksum that S3 has of it."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from services.transfer.domain.checksums import Algorithm, hasher
from services.transfer.domain.errors import (
    ChecksumMismatch,
    ObjectGrew,
    SourceChanged,
    SourceCorrupted,
    SourceError,
    TargetError,
)
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.inventory import SMALL_BYTES, ListedFile
from services.transfer.domain.ports import Fetched, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.page_ends import PageEnds


@dataclass(frozen=True)
class Body:
    file: ListedFile
    content: bytes = b""
    crc64: int = 0
    compared: bool = False
    error: SourceError | TargetError | None = None

    def outcome(self, result: FileResult = FileResult.DONE, name: str = "") -> FileOutcome:
        size = len(self.content)
        return FileOutcome(result, size, self.crc64, name, compared=self.compared)


class Bodies:
    """`retried`: the files failed in an earlier run, so an object that was replaced since is sent
    as it is now."""

    def __init__(self, ends: PageEnds, pulse: LanePulse, *, retried: bool) -> None:
        self._ends, self._pulse, self._retried = ends, pulse, retried
        self._moved = 0

    def of(self, places: Sequence[int], files: Sequence[ListedFile]) -> Iterator[tuple[int, Body]]:
        """Ends early when the lane should stop."""
        wanted, fetched = [files[at] for at in places], self._ends.source.fetched
        with closing(fetched(wanted)) as coming, closing(self._again(wanted)) as twice:
            for at, found, again in zip(places, coming, twice, strict=True):
                if not self._pulse.goes_on(self._moved):
                    return
                body = self._judged(found, again)
                self._moved += len(body.content)
                yield at, body
                self._pulse.wrote()

    def _again(self, wanted: Sequence[ListedFile]) -> Generator[Fetched | None, None, None]:
        """The same objects once more, for REREAD."""
        if self._ends.transfer.verify is Verify.REREAD:
            yield from self._ends.source.fetched(wanted)
        else:
            yield from (None for _ in wanted)

    def _judged(self, found: Fetched, again: Fetched | None) -> Body:
        if isinstance(found.error, SourceChanged) and self._retried:
            found, again = self._as_it_is_now(found), None
        if found.error is not None:
            return Body(found.file, error=found.error)
        try:
            return self._compared(found, again)
        except SourceCorrupted as first:
            return self._once_more(found, first)
        except SourceError as error:
            return Body(found.file, error=error)

    def _as_it_is_now(self, found: Fetched) -> Fetched:
        looked = next(self._ends.source.looked_at([found.file.key]))
        if isinstance(looked, SourceError):
            return replace(found, error=looked)
        if not looked.is_small:
            bucket = self._ends.transfer.source.bucket
            grew = ObjectGrew(bucket, looked.key, looked.size_bytes, SMALL_BYTES)
            return replace(found, error=grew)
        name, shares = found.file.name, found.file.shares_name
        now = replace(looked, name=name, shares_name=shares)
        return next(self._ends.source.fetched([now]))

    def _once_more(self, found: Fetched, first: SourceCorrupted) -> Body:
        again = next(self._ends.source.fetched([found.file]))
        if again.error is not None:
            return Body(found.file, error=again.error)
        try:
            return self._compared(again, None)
        except SourceCorrupted:
            path = self._ends.target_of(found.file)
            wrong = ChecksumMismatch(path, first.algorithm, first.expected, first.found)
            return Body(found.file, error=wrong)
        except SourceError as error:
            return Body(found.file, error=error)

    def _compared(self, found: Fetched, again: Fetched | None) -> Body:
        """Raises SourceCorrupted, and the SourceError of the second reading."""
        ports, verify = self._ends.ports, self._ends.transfer.verify
        crc64, expected = ports.crc64.update(0, found.body), found.checksum
        if verify is Verify.REREAD:
            _require_same(crc64, again or next(self._ends.source.fetched([found.file])), ports)
        if expected is None or verify is Verify.SIZE:
            return Body(found.file, found.body, crc64)
        value = self._value(expected.algorithm, found.body, crc64)
        if value != expected.value:
            algorithm, told = expected.algorithm.value, expected.value or ""
            raise SourceCorrupted(found.file.key, algorithm, told, value)
        return Body(found.file, found.body, crc64, compared=True)

    def _value(self, algorithm: Algorithm, body: bytes, crc64: int) -> str:
        """CRC64NVME is known by now, and is what S3 has of most objects."""
        if algorithm is Algorithm.CRC64NVME:
            return f"{crc64:016x}"
        made = hasher(algorithm, self._ends.ports.crcs.get(algorithm))
        made.update(body)
        return made.hexdigest()


def _require_same(crc64: int, again: Fetched, ports: Ports) -> None:
    if again.error is not None:
        raise again.error
    second = ports.crc64.update(0, again.body)
    if second != crc64:
        raise SourceCorrupted(again.file.key, "crc64nvme", f"{crc64:016x}", f"{second:016x}")
