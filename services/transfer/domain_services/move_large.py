"""Moves one large file of many, block by block. A later attempt goes on where it stopped."""

from collections.abc import Callable
from contextlib import suppress
from posixpath import basename, dirname, join

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import (
    ChecksumMismatch,
    ChunkCorrupted,
    PartMissing,
    SourceChanged,
    SourceCorrupted,
    TargetDamaged,
    TooLongForOneHandle,
)
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, Mark
from services.transfer.domain.ports import ObjectSource
from services.transfer.domain.proof import Proven
from services.transfer.domain.source import SourceObject
from services.transfer.domain_services.deliver_directly import (
    create_named,
    remove_half,
    removing_half,
)
from services.transfer.domain_services.deliver_file import (
    free_name,
    name_file,
    other_name,
    require_own_name,
)
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.large_file import LargeFile
from services.transfer.domain_services.look_at_target import look_at
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.page_traces import FileTraces
from services.transfer.domain_services.read_back_large import LargeReadBack
from services.transfer.domain_services.write_large import LargeWriter

COMPARED_BYTES = 64 << 10  # of a half file with the source
SHARED = 0  # all attempts share one part file: at its place each writes the same bytes


class LargeMove:
    """`reached` is told how much is durable, and stores it where the second argument says so.
    `too_late`: this turn has not the time for the file's only handle."""

    def __init__(
        self,
        lease: ChunkLease,
        ends: PageEnds,
        pulse: LanePulse,
        traces: FileTraces,
        reached: Callable[[Mark, bool], None],
    ) -> None:
        self._lease, self._ends, self._pulse, self._reached = lease, ends, pulse, reached
        self._traces = traces
        self._policy = ends.ports.policy
        self._read_back = LargeReadBack(ends, pulse, traces, reached)
        self._writer = LargeWriter(ends, pulse, reached)
        self.too_late = False

    def run(self, file: ListedFile) -> FileOutcome | None:
        """None when the lane should stop before its end. Raises SourceError, TargetError when the
        file is refused."""
        ends, target = self._ends, self._ends.target_of(file)
        self._require_short(file.size_bytes)
        ends.require_folder_of(target)
        ends.settle_old_target(file, self._traces)
        with ends.source.opened(file) as source:
            found, mark = self._pinned(file, source)
            self._require_short(found.size_bytes)
            large = LargeFile(found, self._lease, ends)
            if ends.strategy.delivery is Delivery.DIRECT:
                return self._directly(file, mark, large, source)
            part = ends.part_of(file, SHARED)
            mark = self._kept(part, target, mark, large)
            if mark.done_bytes == found.size_bytes:
                path = large.given_name(part, target, mark)
                if path is not None:
                    self._traces.see(Proven.SAMPLED)
                    return large.outcome(mark, FileResult.SKIPPED, other_name(path, target))
            if not self._has_time(mark, large):
                return None
            mark = self._moved(part, mark, large, source)
        if mark.done_bytes < found.size_bytes:
            return None
        if not self._is_proved(part, mark, large):
            return None
        require_own_name(file, part, ends)
        path = name_file(part, target, ends, self._traces)
        return large.outcome(mark, name=other_name(path, target))

    def _is_proved(self, path: str, mark: Mark, large: LargeFile) -> bool:
        """False when the lane should stop before all is read back. What differs once is sent once
        more, from its beginning. Raises what says that it differs when it differs then."""
        try:
            seen = large.require_proved(path, mark)
            if self._ends.reads_back:
                if not self._read_back.is_complete(path, mark):
                    return False
                seen = Proven.READBACK
        except (ChecksumMismatch, TargetDamaged) as differs:
            if self._traces.has(TraceKind.ANEW):
                raise
            self._traces.note(TraceKind.ANEW)
            self._reached(NOTHING_DONE, False)
            expected, found = differs.expected, differs.found
            if isinstance(differs, TargetDamaged):
                raise ChunkCorrupted(path, self._lease.number, expected, found) from None
            key, algorithm = large.found.ref.key, differs.algorithm
            raise SourceCorrupted(key, algorithm, expected, found) from None
        self._traces.forget(TraceKind.ANEW)
        self._traces.see(seen)
        return True

    def _has_time(self, mark: Mark, large: LargeFile) -> bool:
        """Bytes that go through the only handle are lost with it. So a file is begun only when the
        rest of the turn surely suffices, or is the whole of it."""
        pulse, policy = self._pulse, self._policy
        whole = mark.done_bytes == large.size_bytes
        if self._ends.strategy.reopens or whole or not pulse.finished:
            return True
        left = pulse.worker.remaining_seconds() - policy.hand_over_seconds
        turn = pulse.turn_seconds - policy.hand_over_seconds
        self.too_late = left * policy.one_handle_bytes < turn * large.size_bytes
        return not self.too_late

    def _require_short(self, size_bytes: int) -> None:
        limit = self._policy.one_handle_bytes
        if not self._ends.strategy.reopens and size_bytes > limit:
            raise TooLongForOneHandle(size_bytes, limit, None)

    def _pinned(self, file: ListedFile, source: ObjectSource) -> tuple[SourceObject, Mark]:
        """In a later run an object that was replaced is sent as it is now, from its beginning. The
        mark is of the object that was being sent, which may be neither today's nor that of the
        inventory."""
        found, mark = source.inspect(), self._lease.mark
        pinned = self._traces.name_of(TraceKind.PINNED) or file.etag
        if found.etag == pinned:
            return found, mark
        if not self._lease.doubts:
            raise SourceChanged(found.ref.bucket, file.key, pinned)
        return found, NOTHING_DONE

    def _begin(self, large: LargeFile) -> None:
        """Before the first byte is sent. An older mark goes before the bytes do that it speaks
        of."""
        self._traces.forget(TraceKind.PINNED, TraceKind.READ)
        self._reached(NOTHING_DONE, False)
        pin = self._traces.record if self._lease.mark.done_bytes else self._traces.note
        pin(TraceKind.PINNED, large.found.etag)

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
        sink = None
        if mark.done_bytes:
            with suppress(PartMissing):
                sink = session.open_part(part, strategy)
        if sink is None:
            self._begin(large)
            mark, sink = NOTHING_DONE, session.create_file(part, strategy)
        mark = self._writer.write(sink, mark, large, source)
        if mark.done_bytes == large.size_bytes:
            # So that whoever comes after a lost rename knows what was sent.
            self._reached(mark, True)
        return mark

    def _directly(
        self, file: ListedFile, mark: Mark, large: LargeFile, source: ObjectSource
    ) -> FileOutcome | None:
        ends, target = self._ends, self._ends.target_of(file)
        whole = mark.done_bytes == large.size_bytes
        if whole and (path := self._named_before(target, mark, large)) is not None:
            with suppress(TargetDamaged):
                return self._delivered_before(path, target, mark, large)
        if not self._has_time(NOTHING_DONE, large):
            return None
        self._begin(large)
        length = min(COMPARED_BYTES, large.size_bytes)
        beginning = b"".join(map(bytes, source.read(large.found, 0, length, length)))
        path, sink = create_named(file, large.size_bytes, beginning, ends, self._traces)
        with removing_half(path, ends, self._traces):
            mark = self._writer.write(sink, NOTHING_DONE, large, source)
        if mark.done_bytes < large.size_bytes:
            return None
        self._reached(mark, True)  # whoever comes next knows that it is whole
        try:
            if not self._is_proved(path, mark, large):
                return None
        except ChecksumMismatch:
            remove_half(path, ends, self._traces)  # it is as it was sent, so it is ours
            raise
        self._traces.forget(TraceKind.BEGUN, TraceKind.HALF)
        return large.outcome(mark, name=other_name(path, target))

    def _named_before(self, target: str, mark: Mark, large: LargeFile) -> str | None:
        """Where an earlier attempt closed the whole file. None where something else has its name,
        or where it is not what S3 has."""
        path = join(dirname(target), self._traces.direct_name or basename(target))
        with suppress(ChecksumMismatch):
            large.require_source(path, mark)
            equal = large.sampled(path, mark)
            if equal is not False:
                self._traces.see(Proven.SAMPLED if equal else Proven.ACKNOWLEDGED)
                return path
        return None

    def _delivered_before(
        self, path: str, target: str, mark: Mark, large: LargeFile
    ) -> FileOutcome | None:
        """A partner may have taken it away since. None when the lane should stop before all is read
        back. For READBACK raises TargetDamaged, PartMissing."""
        if self._ends.reads_back and not self._read_back.is_complete(path, mark):
            return None
        self._traces.forget(TraceKind.BEGUN, TraceKind.HALF)
        return large.outcome(mark, FileResult.SKIPPED, other_name(path, target))
