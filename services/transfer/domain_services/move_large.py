"""Moves one large file of many, block by block. A later attempt goes on where it stopped."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import (
    PartMissing,
    SourceChanged,
    SourceCorrupted,
    TooLongForOneHandle,
)
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, Mark
from services.transfer.domain.ports import ChunkSink, ObjectSource
from services.transfer.domain.proof import Verify
from services.transfer.domain.source import SourceObject
from services.transfer.domain_services.deliver_file import free_name, name_file
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.large_file import LargeFile
from services.transfer.domain_services.look_at_target import look_at
from services.transfer.domain_services.page_ends import PageEnds

READ_BYTES = 1 << 20
SHARED = 0  # all attempts share one part file: at its place each writes the same bytes


class LargeMove:
    """`reached` is told how much is durable."""

    def __init__(
        self, lease: ChunkLease, ends: PageEnds, pulse: LanePulse, reached: Callable[[Mark], None]
    ) -> None:
        self._lease, self._ends, self._pulse, self._reached = lease, ends, pulse, reached
        self._now, self._policy = ends.ports.now, ends.ports.policy

    def run(self, file: ListedFile) -> FileOutcome | None:
        """None when the lane should stop before its end. Raises SourceError, TargetError when the
        file is refused."""
        ends, target = self._ends, self._ends.target_of(file)
        self._require_short(file.size_bytes)
        ends.require_folder_of(target)
        with ends.source.opened(file) as source:
            found, mark = self._pinned(file, source)
            self._require_short(found.size_bytes)
            large = LargeFile(found, self._lease, ends)
            if ends.strategy.delivery is Delivery.DIRECT:
                return self._directly(large, target, source)
            part = ends.part_of(file, SHARED)
            mark = self._kept(part, target, mark, large)
            if mark.done_bytes == found.size_bytes:
                name = large.given_name(part, target, mark)
                if name is not None:
                    return large.outcome(mark, FileResult.SKIPPED, "" if name == target else name)
            mark = self._moved(part, mark, large, source)
        if mark.done_bytes < found.size_bytes:
            return None
        large.require_proved(part, mark)
        return large.outcome(mark, path=name_file(part, target, ends))

    def _require_short(self, size_bytes: int) -> None:
        limit = self._policy.one_handle_bytes
        if not self._ends.strategy.reopens and size_bytes > limit:
            raise TooLongForOneHandle(size_bytes, limit, None)

    def _pinned(self, file: ListedFile, source: ObjectSource) -> tuple[SourceObject, Mark]:
        """In a later run an object that was replaced is sent as it is now, from its beginning."""
        found, mark = source.inspect(), self._lease.mark
        if found.etag == file.etag:
            return found, mark
        if not self._lease.doubts:
            raise SourceChanged(found.ref.bucket, file.key, file.etag)
        return found, NOTHING_DONE

    def _kept(self, part: str, target: str, mark: Mark, large: LargeFile) -> Mark:
        """The mark, if the part file can still hold what it says."""
        if not mark.done_bytes:
            free_name(target, self._ends)
            return NOTHING_DONE
        seen = look_at(self._ends.session, part, self._ends.strategy)
        goes_on = mark.done_bytes < large.size_bytes
        if goes_on and (seen.there is False or not self._ends.strategy.reopens):
            return NOTHING_DONE
        cut = seen.size_bytes is not None and seen.size_bytes < mark.done_bytes
        return NOTHING_DONE if cut else mark

    def _moved(self, part: str, mark: Mark, large: LargeFile, source: ObjectSource) -> Mark:
        session, strategy = self._ends.session, self._ends.strategy
        if mark.done_bytes == large.size_bytes:
            return mark
        if mark.done_bytes:
            try:
                sink = session.open_part(part, strategy)
            except PartMissing:
                mark, sink = NOTHING_DONE, session.create_file(part, strategy)
        else:
            sink = session.create_file(part, strategy)
        with sink:
            mark = self._write(sink, mark, large, source)
            sink.close()
        if mark.done_bytes == large.size_bytes:
            # So that whoever comes after a lost rename knows what was sent.
            self._reached(mark)
            self._pulse.checkpoint(mark)
        return mark

    def _directly(self, large: LargeFile, target: str, source: ObjectSource) -> FileOutcome | None:
        ends = self._ends
        name = free_name(target, ends)
        exclusive = ends.transfer.if_exists is not IfExists.REPLACE
        with ends.session.create_file(name, ends.strategy, exclusive=exclusive) as sink:
            mark = self._write(sink, NOTHING_DONE, large, source)
            sink.close()
        if mark.done_bytes < large.size_bytes:
            return None
        large.require_proved(name, mark)
        return large.outcome(mark, path="" if name == target else name)

    def _write(self, sink: ChunkSink, mark: Mark, large: LargeFile, source: ObjectSource) -> Mark:
        large.begin(mark)
        settled, due = mark, self._next_checkpoint()
        block_bytes = max(1, READ_BYTES // sink.block_bytes) * sink.block_bytes
        length = large.size_bytes - mark.done_bytes
        for block in source.read(large.found, mark.done_bytes, length, block_bytes):
            if not self._pulse.goes_on(mark.done_bytes):
                break
            sink.write(mark.done_bytes, block)
            mark = large.after(mark, memoryview(block))
            if self._pulse.wrote() >= due and (self._keeps or self._reads_twice):
                settled = self._settle(sink, settled, mark, large, source)
                if self._keeps:
                    self._pulse.checkpoint(mark)
                due = self._next_checkpoint()
        return self._settle(sink, settled, mark, large, source)

    @property
    def _keeps(self) -> bool:
        return self._ends.strategy.reopens

    @property
    def _reads_twice(self) -> bool:
        return self._ends.transfer.verify is Verify.REREAD

    def _settle(
        self, sink: ChunkSink, settled: Mark, mark: Mark, large: LargeFile, source: ObjectSource
    ) -> Mark:
        sink.flush(durable=True)
        if self._reads_twice and mark.done_bytes > settled.done_bytes:
            self._read_again(settled, mark, large, source)
        if self._keeps:
            self._reached(mark)
        return mark

    def _read_again(
        self, settled: Mark, mark: Mark, large: LargeFile, source: ObjectSource
    ) -> None:
        """What lies between the marks. Raises SourceCorrupted."""
        begin, crc64 = settled.done_bytes, settled.crc64
        for block in source.read(large.found, begin, mark.done_bytes - begin, READ_BYTES):
            crc64 = self._ends.ports.crc64.update(crc64, block)
            self._pulse.fence()
        if crc64 != mark.crc64:
            first, second = f"{mark.crc64:016x}", f"{crc64:016x}"
            raise SourceCorrupted(large.found.ref.key, "crc64nvme", first, second)

    def _next_checkpoint(self) -> datetime:
        return self._now() + timedelta(seconds=self._policy.checkpoint_seconds)
