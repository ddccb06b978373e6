"""Moves the files of one page. One that is refused does not stop the others."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import NoSpace, SourceError, SourceNotGranted, TargetError
from services.transfer.domain.file_outcomes import (
    FileOutcome,
    FileResult,
    outcomes_of,
    text_of,
    traces_of,
)
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import ChunkLease, Mark
from services.transfer.domain.ports import SmallFile
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.selection import SourceKind
from services.transfer.domain.strategy import Replacing
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.deliver_file import deliver_body
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.move_large import SHARED, LargeMove
from services.transfer.domain_services.page_ends import PageEnds, remove_all
from services.transfer.domain_services.page_traces import PageTraces
from services.transfer.domain_services.prove_page import prove_page
from services.transfer.domain_services.take_body import Bodies, Body

STOPS_ALL = (NoSpace,)  # of the partner's refusals those that the next file meets as well


class PageMove:
    """`outcomes` has what is certain: every reply was good, or the file was refused."""

    def __init__(self, lease: ChunkLease, ends: PageEnds, pulse: LanePulse) -> None:
        self._lease, self._ends, self._pulse, self._ports = lease, ends, pulse, ends.ports
        transfer = ends.transfer
        inventory = transfer.known_inventory.id
        self.files = self._ports.inventories.page(transfer.id, inventory, lease.number)
        self.outcomes = outcomes_of(lease.mark.files)
        self._traces = PageTraces(traces_of(lease.mark.files), self._store)
        self._held: dict[int, Body] = {}
        self._large = Mark()  # of a page that is one large file
        self._due = self._next_checkpoint()

    def run(self) -> bool:
        """False when the rest of the turn is too short for the page. Raises what concerns more than
        one file. What is certain by then is kept."""
        suffices = True
        try:
            if not self.files[0].is_small:
                suffices = self._move_large()
            else:
                self._remove_earlier()
                self._move_small()
            proven = self._proven()
        except BaseException:
            self._pulse.give_back(self._mark())
            raise
        if proven is None:
            self._pulse.give_back(self._mark())
        else:
            self._tell_what_stays()
            self._pulse.finish(self._mark(proven), self._ends.folder)
        return suffices

    def _tell_what_stays(self) -> None:
        if self._traces.last:
            transfer = self._ends.transfer
            part, run = transfer.known_part, transfer.run_id
            change_run(run, lambda current: current.has_left(part), ports=self._ports)

    def _proven(self) -> Proven | None:
        """None while files are left."""
        if len(self.outcomes) < len(self.files):
            return None
        return prove_page(self.files, self.outcomes, self._traces, self._ends, self._lease)

    # --- small files -----------------------------------------------------------------------------

    def _left(self) -> list[int]:
        return [at for at in range(len(self.files)) if at not in self.outcomes]

    def _remove_earlier(self) -> None:
        """Where each name waits for its answers, it is done file by file."""
        if self._ends.session.quick_files is not None:
            left = [self.files[at] for at in self._left() if self.files[at].refusal is None]
            self._remove_parts_of(left)

    def _remove_parts_of(self, files: list[ListedFile]) -> None:
        ends, attempt = self._ends, self._lease.attempt
        if attempt == 1 or ends.strategy.delivery is Delivery.DIRECT:
            return
        with suppress(TargetError):  # they stay, and are no reason to send nothing
            earlier = ends.paths.earlier_parts(files, attempt)
            remove_all(ends.session, takewhile(lambda _: self._pulse.goes_on(0), earlier))

    def _move_small(self) -> None:
        left = self._left()
        files = [at for at in left if self._is_to_send(at)]
        bodies = Bodies(self._ends, self._pulse, retried=self._lease.doubts > 0)
        quick = self._ends.session.quick_files
        if quick is None or not self._goes_quickly:
            for at, body in bodies.of(files, self.files):
                self._carefully(at, body)
            return
        ready = self._ready(bodies.of(files, self.files))
        for at, named in quick.put(ready, self._ends.strategy, replace=self._replaces):
            body = self._held.pop(at)
            if named:
                self._settle(at, body.outcome())
            else:
                self._carefully(at, body)

    @property
    def _goes_quickly(self) -> bool:
        """Where the server replaces in one step or nothing is to be replaced."""
        transfer, strategy = self._ends.transfer, self._ends.strategy
        if strategy.delivery is Delivery.DIRECT or transfer.verify is Verify.READBACK:
            return False
        in_one_step = strategy.replacing is Replacing.POSIX_RENAME
        if self._replaces and not (in_one_step and self._ends.session.replaces_atomically):
            return False
        return strategy.shows_files and strategy.tells_missing is True

    @property
    def _replaces(self) -> bool:
        return self._ends.transfer.if_exists is IfExists.REPLACE

    def _is_to_send(self, at: int) -> bool:
        """Settles what needs no bytes: a name that cannot be, a folder, and an object of a manifest
        that its requester may not read any more."""
        file = self.files[at]
        if file.refusal is not None:
            self._settle(at, FileOutcome.refused(*file.refusal))
        elif not self._may_read(file):
            bucket = self._ends.transfer.source.bucket
            self._settle(at, FileOutcome.failed(SourceNotGranted(bucket, file.key)))
        elif file.is_folder:
            try:
                self._ends.require_folder(self._ends.target_of(file))
                self._settle(at, FileOutcome(FileResult.DONE, compared=True))
            except TargetError as error:
                self._fail(at, error)
        return at not in self.outcomes

    def _may_read(self, file: ListedFile) -> bool:
        """Of a prefix, all may be read or nothing: who begins a run is asked for that."""
        selection = self._ends.transfer.known_selection
        return selection.kind is not SourceKind.MANIFEST or selection.may_read(file.key)

    def _ready(self, bodies: "Iterator[tuple[int, Body]]") -> Iterator[SmallFile]:
        for at, body in bodies:
            target = self._ends.target_of(body.file)
            shared = body.file.shares_name
            if body.error is not None or shared or not self._ends.try_folder_of(target):
                self._carefully(at, body)
                continue
            self._held[at] = body
            part = self._ends.part_of(body.file, self._lease.attempt)
            yield SmallFile(at, part, target, body.content, body.file.modified)

    def _carefully(self, at: int, body: Body) -> None:
        if body.error is not None:
            self._fail(at, body.error)
            return
        if self._ends.session.quick_files is None:
            self._remove_parts_of([body.file])
        traces = self._traces.of(at, self._lease.attempt)
        try:
            self._settle(at, deliver_body(body, self._ends, traces))
        except TargetError as error:
            self._fail(at, error)

    # --- one large file --------------------------------------------------------------------------

    def _move_large(self) -> bool:
        """False when it was not begun, for want of time."""
        if not self._is_to_send(0):
            return True
        self._large = self._lease.mark
        traces = self._traces.of(0, SHARED)
        move = LargeMove(self._lease, self._ends, self._pulse, traces, self._reached)
        try:
            told = move.run(self.files[0])
        except (SourceError, TargetError) as error:
            self._require_given_up(error)
            if self._ends.strategy.delivery is Delivery.ATOMIC:
                traces.remove(self._ends.session, self._ends.part_of(self.files[0], SHARED))
            self._settle(0, FileOutcome.failed(error))
            return True
        if told is not None:
            self._settle(0, told)
        return not move.too_late

    def _reached(self, mark: Mark, store: bool) -> None:
        """So much of it is durable."""
        self._large = mark
        if store:
            self._pulse.checkpoint(self._mark())

    def _store(self) -> None:
        self._pulse.checkpoint(self._mark(), moved=False)

    # --- what became of them ---------------------------------------------------------------------

    def _fail(self, at: int, error: SourceError | TargetError) -> None:
        self._require_given_up(error)
        self._settle(at, FileOutcome.failed(error))

    def _require_given_up(self, error: SourceError | TargetError) -> None:
        """An error that may pass is tried again by the lane, with all that is left. Its last try
        gives the file up instead, and the others go on."""
        last = self._pulse.lane.failures + 1 >= self._ports.policy.retry.max_failures
        if isinstance(error, STOPS_ALL) or (error.retryable and not last):
            raise error

    def _settle(self, at: int, outcome: FileOutcome) -> None:
        self.outcomes[at] = outcome
        if self._ports.now() >= self._due:
            self._pulse.checkpoint(self._mark())
            self._due = self._next_checkpoint()

    def _mark(self, proven: Proven | None = None) -> Mark:
        files = text_of(self.outcomes, self._traces.all)
        if not self.outcomes and self._large.done_bytes:
            return replace(self._large, files=files)
        size = crc64 = 0
        for at in sorted(self.outcomes):
            told = self.outcomes[at]
            if proven is not None and told.size_bytes:
                crc64 = self._ports.crc64.combine(crc64, told.crc64, told.size_bytes)
            size += told.size_bytes
        value = None if proven is None else proven.value
        return Mark(size, crc64, files=files, proven=value)

    def _next_checkpoint(self) -> datetime:
        return self._ports.now() + timedelta(seconds=self._ports.policy.checkpoint_seconds)
