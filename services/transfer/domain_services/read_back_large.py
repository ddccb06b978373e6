"""Reads a whole large file back, over as many turns as that takes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from services.transfer.domain.errors import SizeMismatch, TargetDamaged
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.ledger import Mark
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.page_traces import FileTraces


class LargeReadBack:
    """How far it came is on record. So the next attempt goes on there, and reads no byte again.
    `reached` stores the mark along with that."""

    def __init__(
        self,
        ends: PageEnds,
        pulse: LanePulse,
        traces: FileTraces,
        reached: Callable[[Mark, bool], None],
    ) -> None:
        self._ends, self._pulse, self._traces, self._reached = ends, pulse, traces, reached

    def is_complete(self, path: str, mark: Mark) -> bool:
        """False when the lane should stop before the end. Raises TargetDamaged for other content,
        and what says that the server does not show it."""
        done, crc64 = self._known()
        due, size, left = self._next_checkpoint(), mark.done_bytes, mark.done_bytes - done
        try:
            with suppress(SizeMismatch), self._ends.session.open_reader(path) as reader:
                for block in reader.read([(done, left)] if left else []):
                    crc64, done = self._ends.ports.crc64.update(crc64, block), done + len(block)
                    if self._pulse.wrote() >= due:
                        self._note(done, crc64)
                        self._reached(mark, True)
                        due = self._next_checkpoint()
                    if not self._pulse.goes_on(size) and done < size:
                        return False
        finally:
            self._note(done, crc64)
        self._traces.forget(TraceKind.READ)
        if (done, crc64) != (size, mark.crc64):
            expected, found = f"{mark.crc64:016x}", f"{crc64:016x}"
            raise TargetDamaged(path, "What was read back", expected, found)
        return True

    def _known(self) -> tuple[int, int]:
        done, _, crc64 = self._traces.name_of(TraceKind.READ).partition(" ")
        return (int(done), int(crc64, 16)) if crc64 else (0, 0)

    def _note(self, done: int, crc64: int) -> None:
        self._traces.forget(TraceKind.READ)
        self._traces.note(TraceKind.READ, f"{done} {crc64:016x}")

    def _next_checkpoint(self) -> datetime:
        ports = self._ends.ports
        return ports.now() + timedelta(seconds=ports.policy.checkpoint_seconds)
