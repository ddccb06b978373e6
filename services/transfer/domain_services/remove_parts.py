"""Removes the part files that dead workers may have left of a transfer of many files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from services.transfer.domain.errors import PermissionDenied, TargetError
from services.transfer.domain.file_outcomes import FileResult, outcomes_of, traces_of
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import ChunkLease, DoneChunk, LedgerId, Mark
from services.transfer.domain.names import aside_path
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.ports import Ports
from services.transfer.domain.strategy import UNKNOWN
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_large import SHARED
from services.transfer.domain_services.old_target import settle_old_target
from services.transfer.domain_services.page_ends import PathsOfMany, remove_all
from services.transfer.domain_services.partner_session import Visit

# At one go, for whoever calls has some minutes. What is left to do then is on record.
TIDYING_TIME = timedelta(seconds=30)
# A later run has part files of the same names. Until its first one is there it takes longer.
RUN_READ_EVERY = timedelta(seconds=1)


class Swept(NamedTuple):
    """`left` is what is to be done later, or None. `refused` is why something was not removed."""

    left: PartFile | None
    refused: TargetError | None = None


def may_have_parts(transfer: Transfer, left: PartFile, *, ports: Ports) -> bool:
    """Whether a page was begun and not finished. What a worker finishes, it leaves tidy, or it
    notes what it could not remove."""
    return bool(ports.ledger.open_leases(LedgerId(transfer.id, left.generation)))


def remove_parts(transfer: Transfer, left: PartFile, visit: Visit, *, ports: Ports) -> Swept:
    """Those of pages that were begun, and what the marks of pages tell. It goes on where it stopped
    before. Raises PartnerError."""
    inventory = left.inventory or _inventory_of_today(transfer)
    if inventory is None:
        return Swept(None)  # an earlier version began it anew, and nobody knows the names any more
    began = ports.now()
    tidying = _Tidying(transfer, inventory, left, visit, ports)
    refused = tidying.run()
    if not tidying.is_through:
        seen_refused = left.refused or refused is not None
        # A file may still come under a name that was asked for, so all are asked for again.
        swept = tidying.swept if left.settled(began) else 0
        return Swept(replace(left, swept=swept, refused=seen_refused))
    if refused is None and left.refused:
        refused = PermissionDenied(left.path_for_people(transfer.id), "remove")
    if refused is None:
        return Swept(None)
    return Swept(replace(left, swept=0, refused=False), refused)


class _Tidying:
    def __init__(
        self, transfer: Transfer, inventory: str, left: PartFile, visit: Visit, ports: Ports
    ) -> None:
        self._transfer, self._inventory, self._left = transfer, inventory, left
        self._session, self._ports = visit.session, ports
        self._base_path = visit.destination.base_path
        self._of = PathsOfMany.in_session(transfer.id, left.generation, left.path, visit.session)
        self._ends_at = ports.now() + TIDYING_TIME
        self._read_at = ports.now()
        self._is_superseded = False
        self.swept, self.is_through = 0, False
        self._refused: TargetError | None = None

    def run(self) -> TargetError | None:
        """What the partner refused, if it did."""
        refused = remove_all(self._session, self._paths())
        return next(iter(refused.values()), self._refused)

    def _paths(self) -> Iterator[str]:
        """Those that nobody has asked for yet, until the time is over or a later run begins."""
        for path in self._all_paths():
            if self.swept >= self._left.swept:
                if self._ports.now() >= self._ends_at or self._superseded():
                    return
                yield path
            self.swept += 1
        self.is_through = True

    def _superseded(self) -> bool:
        now = self._ports.now()
        if now >= self._read_at and not self._is_superseded:
            self._read_at = now + RUN_READ_EVERY
            self._is_superseded = (
                self._ports.transfers.read(self._transfer.id).run != self._transfer.run
            )
        return self._is_superseded

    def _all_paths(self) -> Iterator[str]:
        ledger = LedgerId(self._transfer.id, self._left.generation)
        for lease in self._ports.ledger.open_leases(ledger):
            page = self._page(lease)
            self._settle_old_targets(page, lease.mark)
            files = self._unsettled(page, lease.mark)
            yield from self._noted(page, lease.mark)
            yield from self._of.earlier_parts(files, lease.attempt + 1)
            yield from (self._of.part_of(each, SHARED) for each in files if not each.is_small)
        if self._left.noted:
            for done in self._ports.ledger.done_chunks(ledger):
                if any(each.outlasts_its_page for each in traces_of(done.mark.files)):
                    page = self._page(done)
                    self._settle_old_targets(page, done.mark)
                    yield from self._noted(page, done.mark)

    def _unsettled(self, page: Sequence[ListedFile], mark: Mark) -> list[ListedFile]:
        """Also those that were refused, but for their names: a retry may have begun them."""
        told, target_path = outcomes_of(mark.files), self._transfer.target_path
        left = (replace(each, refusal=None) for at, each in enumerate(page) if at not in told)
        return [each for each in left if not each.judged(target_path, self._base_path).refusal]

    def _page(self, of: ChunkLease | DoneChunk) -> Sequence[ListedFile]:
        return self._ports.inventories.page(self._transfer.id, self._inventory, of.number)

    def _settle_old_targets(self, page: Sequence[ListedFile], mark: Mark) -> None:
        """If ours was delivered, the old target is removed, even if the partner took ours away
        since."""
        told = outcomes_of(mark.files)
        for each in sorted(traces_of(mark.files)):
            if each.kind is not TraceKind.OLD or self._superseded():
                continue
            file, outcome = page[each.at], told.get(each.at)
            aside = aside_path(self._of.part_of(file, each.attempt))
            try:
                if outcome is not None and outcome.result is not FileResult.FAILED:
                    self._session.remove(aside)
                else:
                    settle_old_target(aside, self._of.target_of(file), self._session, UNKNOWN)
            except TargetError as error:
                self._refused = error

    def _noted(self, page: Sequence[ListedFile], mark: Mark) -> Iterator[str]:
        for each in sorted(traces_of(mark.files)):
            if each.kind is TraceKind.PART:
                yield self._of.part_of(page[each.at], each.attempt)


def _inventory_of_today(transfer: Transfer) -> str | None:
    source = transfer.source_object
    return source.inventory.id if source and source.inventory else None
