"""Moves one chunk into the part file: read, checksum, write at its offset, make durable."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.transfer.domain.errors import (
    PermissionDenied,
    SizeMismatch,
    SourceCorrupted,
    TargetError,
    WriteRefused,
)
from services.transfer.domain.ledger import ChunkLease, Mark
from services.transfer.domain.ports import ChunkSink, ObjectSource, PartnerSession, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.samples import sample_ranges, sampled
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.part_file import Sent, require_whole
from services.transfer.domain_services.proof_sums import InOrderHash, ProofSums
from services.transfer.domain_services.source_units import SourceUnits, own_crc

READ_BYTES = 1 << 20  # S3 reads of 64 KiB cost twice the CPU of 1 MiB ones
# After a failure each of the first blocks waits for its acknowledgement. So even a line that breaks
# often gets something moved.
CAREFUL_BLOCKS = 32


@dataclass(frozen=True)
class Endpoints:
    """One lane's open source and sink. `fresh`: the sink's handle is the one that created the file.
    Some servers show a file under its name only when that is closed. `in_order`: gets every byte
    that is written."""

    transfer: Transfer
    source: ObjectSource
    sink: ChunkSink
    session: PartnerSession
    ports: Ports
    fresh: bool = False
    in_order: InOrderHash | None = None

    def close_after(self, lease: ChunkLease) -> None:
        """A file that nobody can open again is whole when its close was answered. Some servers tell
        of lost bytes only there, and some remove a file that was never closed."""
        last = lease.number == self.transfer.known_plan.total - 1
        if last and not self.transfer.known_strategy.reopens:
            self.sink.close()


class Behind(Protocol):
    """The chunk that was written before, by the same lane."""

    @property
    def sent(self) -> Sent | None:
        """What may be on its way yet."""

    def look_behind(self) -> None:
        """Finishes it if it is durable. Waits for nothing."""


class ChunkMove:
    """`mark` is how far the chunk is durable."""

    def __init__(
        self, lease: ChunkLease, ends: Endpoints, pulse: LanePulse, behind: Behind
    ) -> None:
        transfer = ends.transfer
        self.number, self.mark = lease.number, lease.mark
        self.offset, self.length = transfer.known_plan.range_of(lease.number)
        self.end = self.offset + self.length
        self._ends, self._pulse, self._behind = ends, pulse, behind
        self._transfer, self._ports = transfer, ends.ports
        self._ahead = lease.ahead
        self._trail: deque[Mark] = deque()  # one mark after each block that may not be durable yet
        chunks = transfer.known_plan.total
        secret = transfer.sample_secret
        self._samples = sample_ranges(lease.ledger, lease.number, self.length, chunks, secret)
        self._proof_sums = ProofSums(transfer, lease, ends.in_order, self._ports)
        self._own_crc = own_crc(transfer, self._ports)
        self._units = SourceUnits(transfer, ends.source, (self.offset, self.length), self._ports)

    def write(self) -> Mark:
        """Returns how far it came."""
        looked = self._go_on_ahead()
        self._units.begin(self.mark)
        sink, reached = self._ends.sink, self.mark
        careful = CAREFUL_BLOCKS if self._pulse.lane.failures else 0
        blocks = 1 if careful else max(1, READ_BYTES // sink.block_bytes)
        block_bytes = blocks * sink.block_bytes
        begin, left = self.offset + reached.done_bytes, self.length - reached.done_bytes
        due = self._next_checkpoint()
        for block in self._ends.source.read(self._transfer.known_source, begin, left, block_bytes):
            if not self._pulse.goes_on(reached.done_bytes):
                break
            looked = looked or self._look()
            self._behind.look_behind()
            sink.write(self.offset + reached.done_bytes, block)
            self._pulse.tally.written += len(block)
            reached = self._after(reached, memoryview(block))
            self._trail.append(reached)
            if careful:
                careful -= 1
                sink.flush(durable=False)
                self._ahead = reached
                self._trail.clear()
            if self._pulse.wrote() >= due:
                self.settle(reached)
                self._pulse.checkpoint(reached)
                due = self._next_checkpoint()
        return reached

    def settle(self, reached: Mark) -> None:
        """Makes everything up to `reached` durable and, where asked for, reads it a second time. A
        refusal takes back what was acknowledged before, also what was read back."""
        try:
            self._ends.sink.flush(durable=True)
        except TargetError:
            self._ahead = None
            raise
        if self._transfer.verify is Verify.REREAD:
            self._read_again(reached)
        self.mark, self._ahead = reached, None
        self._trail.clear()

    def acknowledged(self, until: int | None) -> Mark | None:
        """How far beyond `mark` the server acknowledged, if it did so `until` that byte of the
        file. It may not be durable."""
        reached = [
            mark
            for mark in self._trail
            if until is not None and self.offset + mark.done_bytes <= until
        ]
        return reached[-1] if reached else self._ahead

    def _look(self) -> bool:
        """Once a turn has begun, before anything is written: a file that was cut off has its old
        size again once we write behind the cut."""
        if not self._ends.fresh:
            session = self._ends.session
            require_whole(self._transfer, session, self._behind.sent, ports=self._ports)
        return True

    def _after(self, mark: Mark, block: memoryview) -> Mark:
        crc64, sample = self._ports.crc64, mark.sample_crc64
        for piece in sampled(self._samples, mark.done_bytes, block):
            sample = crc64.update(sample, piece)
        own = self._own_crc
        after = Mark(
            done_bytes=mark.done_bytes + len(block),
            crc64=crc64.update(mark.crc64, block),
            sample_crc64=sample,
            source_crc=own.update(mark.source_crc, block) if own else 0,
            unit_crc64=self._units.feed(mark, block),
        )
        return self._proof_sums.add(mark, block, after)

    def _read_again(self, reached: Mark) -> None:
        crc, begin = self.mark.crc64, self.mark.done_bytes
        source = self._transfer.known_source
        length = reached.done_bytes - begin
        for block in self._ends.source.read(source, self.offset + begin, length, READ_BYTES):
            crc = self._ports.crc64.update(crc, block)
            self._pulse.fence()
        if crc != reached.crc64:
            key, first, second = source.ref.key, f"{reached.crc64:016x}", f"{crc:016x}"
            raise SourceCorrupted(key, "crc64nvme", second, first)

    def _go_on_ahead(self) -> bool:
        """The connection of an earlier lease may have broken. What was acknowledged by then is read
        back before it counts, because the server may have lost it since. Whether there was
        any."""
        if self._ahead is None:
            return False
        self._look()
        try:
            crc = self._read_back(self._ahead)
        except (PermissionDenied, WriteRefused, SizeMismatch):
            crc = None  # reading is refused, or the file was cut off: these bytes are sent again
        ahead, self._ahead = self._ahead, None
        if crc == ahead.crc64:
            self._ahead = ahead
            self.settle(ahead)
            self._pulse.checkpoint(ahead)
        return True

    def _read_back(self, ahead: Mark) -> int:
        done, crc = self.mark.done_bytes, self.mark.crc64
        with self._ends.session.open_reader(self._transfer.known_part.path) as reader:
            for block in reader.read([(self.offset + done, ahead.done_bytes - done)]):
                crc = self._ports.crc64.update(crc, block)
                self._pulse.fence()
        return crc

    def _next_checkpoint(self) -> datetime:
        return self._ports.now() + timedelta(seconds=self._ports.policy.checkpoint_seconds)
