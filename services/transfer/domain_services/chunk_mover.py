"""Moves one chunk behind the other, and lets each become durable while the next one is written."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import (
    ChecksumMismatch,
    SourceCorrupted,
    SourceError,
    TransferError,
)
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, Mark
from services.transfer.domain.ports import Settling
from services.transfer.domain.proof import Verify
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.move_chunk import ChunkMove, Endpoints
from services.transfer.domain_services.part_file import Sent


@dataclass(frozen=True)
class _Written:
    """A chunk that is written up to its end."""

    move: ChunkMove
    reached: Mark
    settling: Settling


class ChunkMover:
    """Moves chunks one behind the other. Where the server can, a chunk becomes durable while the
    next one is written. Otherwise a long line would be silent for three round trips at each chunk's
    end. A context manager: at its end no chunk is left behind."""

    def __init__(self, ends: Endpoints, pulse: LanePulse) -> None:
        self._ends, self._pulse = ends, pulse
        self._behind: _Written | None = None

    def move(self, lease: ChunkLease) -> None:
        """Goes on from the lease's mark, until the chunk's end or until the pulse wants a
        checkpoint. Every byte counted is acknowledged and, where the server can, durable. After an
        error the acknowledged bytes are kept as well, and the next lease reads them back. It needs
        the memory of some blocks, whatever the chunk's size.

        Raises SourceCorrupted when S3's checksum of a part, or a second read, differs from what was
        read. Raises ChecksumMismatch when that happens to this chunk for the second time."""
        move = ChunkMove(lease, self._ends, self._pulse, self)
        try:
            reached = move.write()
            flushed = self.settle_behind()
            whole = reached.done_bytes == move.length
            if whole and not flushed and self._leaves_behind(move, reached):
                return
            move.settle(reached)
            if whole:
                self._ends.close_after(lease)
                self._finish(self._pulse.finish, reached)
            else:
                self._pulse.give_back(reached)
        except SourceCorrupted as error:
            self._pulse.give_back(NOTHING_DONE, doubted=True)
            if not lease.doubts:
                raise
            path = self._ends.transfer.known_part.path
            raise ChecksumMismatch(path, error.algorithm, error.expected, error.found) from error
        except BaseException:
            until = self._ends.sink.acknowledged_until()
            self._pulse.give_back(move.mark, move.acknowledged(until))
            raise

    @property
    def sent(self) -> Sent | None:
        """What may be on its way yet."""
        behind = self._behind
        return None if behind is None else Sent(behind.move.end, self._ends.sink)

    def look_behind(self) -> None:
        """Finishes the chunk behind if it is durable. Waits for nothing."""
        if self._behind is not None and self._behind.settling.is_durable():
            self._finish_behind(self._behind)

    def settle_behind(self) -> bool:
        """Whether that took a flush, which is one of the chunk at hand, too."""
        if self._behind is None:
            return False
        flushes = not self._behind.settling.is_durable()
        if flushes:
            self._ends.sink.flush(durable=True)
        self._finish_behind(self._behind)
        return flushes

    def __enter__(self) -> "ChunkMover":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.settle_behind()
            elif issubclass(kind, SourceError):  # the partner has nothing to do with it
                with suppress(TransferError):
                    self.settle_behind()
        finally:
            behind, self._behind = self._behind, None
            if behind is not None:
                acknowledged = behind.move.acknowledged(behind.settling.acknowledged_until())
                self._pulse.give_back_behind(behind.move.mark, acknowledged)

    def _leaves_behind(self, move: ChunkMove, reached: Mark) -> bool:
        """The plan's last chunk is settled at once. So is each one that is read a second time, and
        one after a failure, so that something is kept even of a line that breaks often."""
        transfer = self._ends.transfer
        at_once = (
            move.number == transfer.known_plan.total - 1
            or transfer.verify is Verify.REREAD
            or not transfer.known_strategy.reopens
            or self._pulse.lane.failures
        )
        settling = None if at_once else self._ends.sink.settle_aside()
        if settling is None:
            return False
        self._pulse.leave_behind(reached)
        self._behind = _Written(move, reached, settling)
        return True

    def _finish_behind(self, behind: _Written) -> None:
        self._finish(self._pulse.finish_behind, behind.reached)
        self._behind = None

    def _finish(self, finish: Callable[[Mark, str, ChunkPlan], None], mark: Mark) -> None:
        transfer = self._ends.transfer
        finish(mark, transfer.known_part.path, transfer.known_plan)
