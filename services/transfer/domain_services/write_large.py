"""Writes what is left of a large file, and knows how much of it is durable."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.transfer.domain.errors import SourceCorrupted, TargetError
from services.transfer.domain.ledger import NOTHING_DONE, Mark
from services.transfer.domain.ports import ChunkSink, ObjectSource
from services.transfer.domain.proof import Verify
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.large_file import LargeFile
from services.transfer.domain_services.page_ends import PageEnds

READ_BYTES = 1 << 20


class LargeWriter:
    """`reached` is told how much is durable, and stores it where the second argument says so."""

    def __init__(
        self, ends: PageEnds, pulse: LanePulse, reached: Callable[[Mark, bool], None]
    ) -> None:
        self._ends, self._pulse, self._reached = ends, pulse, reached
        self._now, self._policy = ends.ports.now, ends.ports.policy

    def write(self, sink: ChunkSink, mark: Mark, large: LargeFile, source: ObjectSource) -> Mark:
        """The new mark. It is short of the whole when the lane should stop."""
        with sink:
            mark = self._write(sink, mark, large, source)
            try:
                sink.close()
            except TargetError:  # perhaps of bytes that were acknowledged before
                self._reached(NOTHING_DONE, False)
                raise
        return mark

    def _write(self, sink: ChunkSink, mark: Mark, large: LargeFile, source: ObjectSource) -> Mark:
        large.begin(mark)
        settled, due = mark, self._next_checkpoint()
        block_bytes = max(1, READ_BYTES // sink.block_bytes) * sink.block_bytes
        length = large.size_bytes - mark.done_bytes
        for block in source.read(large.found, mark.done_bytes, length, block_bytes):
            if not self._pulse.goes_on(mark.done_bytes):
                break
            sink.write(mark.done_bytes, block)
            self._pulse.tally.written += len(block)
            mark = large.after(mark, memoryview(block))
            if self._pulse.wrote() >= due and (self._keeps or self._reads_twice):
                settled = self._settle(sink, settled, mark, large, source)
                if self._keeps:
                    self._reached(mark, True)
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
            self._reached(mark, False)
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
