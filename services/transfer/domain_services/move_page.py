"""Moves the files of one page. One that is refused does not stop the others."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import (
    NoSpace,
    SourceError,
    SourceNotGranted,
    TargetError,
    WriteRefused,
)
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import ChunkLease, Mark
from services.transfer.domain.ports import SmallFile
from services.transfer.domain.proof import Proven
from services.transfer.domain_services.deliver_file import deliver_body
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.look_again import look_again
from services.transfer.domain_services.move_large import SHARED, LargeMove
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.page_record import PageRecord
from services.transfer.domain_services.page_traces import PageTraces
from services.transfer.domain_services.prove_page import PageProof
from services.transfer.domain_services.take_body import Bodies, Body

STOPS_ALL = (NoSpace,)  # of the partner's refusals those that the next file meets as well


class PageMove:
    def __init__(self, lease: ChunkLease, ends: PageEnds, pulse: LanePulse) -> None:
        self._lease, self._ends, self._pulse, self._ports = lease, ends, pulse, ends.ports
        transfer, inventory = ends.transfer, ends.transfer.known_inventory.id
        self.files = [*self._ports.inventories.page(transfer.id, inventory, lease.number)]
        record = self._record = PageRecord.of(lease.mark, self._ports.crc64)
        self.outcomes = record.outcomes
        self._traces = PageTraces(
            record.traces, lease.attempt, lambda: pulse.checkpoint(record.mark(), moved=False)
        )
        self._retried = transfer.run > 1
        self._refusals = ends.refusals
        self._put_off: set[int] = set()  # tried once more, after their neighbours
        self._held: dict[int, Body] = {}
        self._due = self._next_checkpoint()

    def run(self) -> bool:
        """False when the rest of the turn is too short for the page. Raises what concerns more than
        one file. What is certain by then is kept."""
        suffices = True
        try:
            if self._retried:
                self._look_again()
            if len(self.files) == 1 and not self.files[0].is_small:
                suffices = self._move_large()
            else:
                self._remove_earlier()
                self._move_small()
            proven = self._proven()
        except BaseException:
            self._pulse.give_back(self._record.mark())
            raise
        if proven is None:
            self._traces.end_answered()
            self._pulse.give_back(self._record.mark())
            return suffices
        if self._traces.last:
            self._ends.tell_what_stays()
        self._pulse.finish(
            self._record.mark(proven), self._ends.folder, self._ends.transfer.known_plan
        )
        return suffices

    def _proven(self) -> Proven | None:
        """None while files are left."""
        if len(self.outcomes) < len(self.files):
            return None
        return PageProof(
            *(self.files, self.outcomes, self._traces, self._ends, self._lease),
            has_time=lambda: self._pulse.has_time,
        ).run()

    def _look_again(self) -> None:
        for at, found in look_again(self.files, self._left(), self._ends):
            if isinstance(found, ListedFile):
                self.files[at] = found
            else:
                self._fail(at, found)

    # --- small files -----------------------------------------------------------------------------

    def _left(self) -> list[int]:
        return [at for at in range(len(self.files)) if at not in self.outcomes]

    def _remove_earlier(self) -> None:
        """Where each name waits for its answers, it is done file by file."""
        if self._ends.session.quick_files is not None:
            left = {at: self.files[at] for at in self._left() if self.files[at].refusal is None}
            self._ends.remove_earlier(left, self._lease.attempt, self._traces, self._pulse)

    def _move_small(self) -> None:
        files = [at for at in self._left() if self._is_to_send(at)]
        bodies = Bodies(self._ends, self._pulse, retried=self._retried)
        quick = self._ends.session.quick_files
        if quick is None or not self._ends.goes_quickly:
            self._send_carefully(files, bodies)
        else:
            ready = self._ready(bodies.of(files, self.files))
            ends = self._ends
            for at, named in quick.put(
                ready, ends.strategy, replace=ends.replaces, reads_back=ends.reads_back
            ):
                body = self._held.pop(at)
                if named:
                    self._deliver(at, body.outcome())
                else:
                    self._carefully(at, body)
        again = [at for at in sorted(self._put_off) if self._is_to_send(at)]
        self._send_carefully(again, bodies)

    def _send_carefully(self, places: Sequence[int], bodies: Bodies) -> None:
        for at, body in bodies.of(places, self.files):
            self._carefully(at, body)

    def _deliver(self, at: int, outcome: FileOutcome) -> None:
        if outcome.result is FileResult.DONE:
            self._refusals.taken()
        self._settle(at, outcome)

    def _is_to_send(self, at: int) -> bool:
        """Settles what needs no bytes: a name that cannot be, a folder, and an object of a manifest
        that its requester may not read any more."""
        file, transfer = self.files[at], self._ends.transfer
        if file.refusal is not None:
            self._settle(at, FileOutcome.refused(*file.refusal))
        elif not transfer.known_selection.reads(file.key):
            refused = SourceNotGranted(transfer.source.bucket, file.key)
            self._settle(at, FileOutcome.failed(refused))
        elif file.is_folder:
            try:
                self._ends.require_folder(self._ends.target_of(file))
                self._settle(at, FileOutcome(FileResult.DONE, compared=True))
            except TargetError as error:
                self._fail(at, error)
        return at not in self.outcomes and not file.is_folder

    def _ready(self, bodies: "Iterator[tuple[int, Body]]") -> Iterator[SmallFile]:
        for at, body in bodies:
            target = self._ends.target_of(body.file)
            sent_anew = self._traces.of(at, self._lease.attempt).has(TraceKind.ANEW)
            careful = body.file.shares_name or sent_anew
            if body.error is not None or careful or not self._ends.try_folder_of(target):
                self._carefully(at, body)
                continue
            self._held[at] = body
            part = self._ends.part_of(body.file, self._lease.attempt)
            yield SmallFile(at, part, target, body.content, body.file.modified)
            self._pulse.tally.written += len(body.content)

    def _carefully(self, at: int, body: Body) -> None:
        if body.error is not None:
            self._fail(at, body.error)
            return
        attempt = self._lease.attempt
        if self._ends.session.quick_files is None:
            self._ends.remove_earlier({at: body.file}, attempt, self._traces, self._pulse)
        try:
            self._deliver(at, deliver_body(body, self._ends, self._traces.of(at, attempt)))
        except TargetError as error:
            self._fail(at, error)

    # --- one large file --------------------------------------------------------------------------

    def _move_large(self) -> bool:
        """False when it was not begun, for want of time."""
        if not self._is_to_send(0):
            return True
        self._record.large = self._lease.mark
        traces = self._traces.of(0, SHARED)
        move = LargeMove(self._lease, self._ends, self._pulse, traces, self._reached)
        try:
            told = move.run(self.files[0])
        except (SourceError, TargetError) as error:
            self._require_given_up(error)
            if self._ends.strategy.delivery is Delivery.ATOMIC:
                traces.remove(self._ends.session, self._ends.part_of(self.files[0], SHARED))
            self._settle(0, FileOutcome.failed(error, self._traces.half_of(0)))
            return True
        if told is not None:
            self._settle(0, told)
        return not move.too_late

    def _reached(self, mark: Mark, store: bool) -> None:
        self._record.large = mark  # so much of it is durable
        if store:
            self._pulse.checkpoint(self._record.mark())

    # --- what became of them ---------------------------------------------------------------------

    def _fail(self, at: int, error: SourceError | TargetError) -> None:
        if not isinstance(error, WriteRefused):
            self._require_given_up(error)
        elif self._is_put_off(at, error):
            return
        self._settle(at, FileOutcome.failed(error, self._traces.half_of(at)))

    def _is_put_off(self, at: int, error: WriteRefused) -> bool:
        """False where the file has failed for itself. Raises what is the partner's refusal of
        all."""
        refusals, first = self._refusals, at not in self._put_off
        if self._is_last_try or refusals.gave_up:
            refusals.gave_up = True
            return False
        if first:
            refusals.refused()
            self._put_off.add(at)
        if refusals.are_too_many if first else not refusals.are_the_files_own:
            raise error
        return first

    @property
    def _is_last_try(self) -> bool:
        return self._pulse.lane.failures + 1 >= self._ports.policy.retry.max_failures

    def _require_given_up(self, error: SourceError | TargetError) -> None:
        """An error that may pass is tried again by the lane, with all that is left. Its last try
        gives the file up instead, and the others go on."""
        if isinstance(error, STOPS_ALL) or (error.retryable and not self._is_last_try):
            raise error

    def _settle(self, at: int, outcome: FileOutcome) -> None:
        self.outcomes[at] = outcome
        if self._ports.now() >= self._due:
            self._pulse.checkpoint(self._record.mark())
            self._due = self._next_checkpoint()

    def _next_checkpoint(self) -> datetime:
        return self._ports.now() + timedelta(seconds=self._ports.policy.checkpoint_seconds)
