"""Removes the part files that dead workers may have left of a transfer of many files."""

from contextlib import suppress
from dataclasses import replace

from services.transfer.domain.errors import PartMissing, TargetError, TargetExists
from services.transfer.domain.file_outcomes import outcomes_of
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import ChunkLease, LedgerId
from services.transfer.domain.names import aside_path
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_large import SHARED
from services.transfer.domain_services.page_ends import PathsOfMany, remove_all
from services.transfer.domain_services.partner_session import Visit


def may_have_parts(transfer: Transfer, left: PartFile, *, ports: Ports) -> bool:
    """Whether a page was begun and not finished. What a worker finishes, it leaves tidy."""
    return bool(ports.ledger.open_leases(LedgerId(transfer.id, left.generation)))


def remove_parts(transfer: Transfer, left: PartFile, visit: Visit, *, ports: Ports) -> None:
    """Those of pages that were begun. Raises PartnerError, TargetError."""
    inventory = left.inventory or _inventory_of_today(transfer)
    if inventory is None:
        return  # an earlier version began it anew, and nobody knows the names any more
    of = PathsOfMany.in_session(transfer.id, left.generation, left.path, visit.session)
    for lease in ports.ledger.open_leases(LedgerId(transfer.id, left.generation)):
        files = _unsettled(transfer, inventory, lease, visit, ports)
        parts = of.earlier_parts(files, lease.attempt + 1)
        parts += [of.part_of(each, SHARED) for each in files if not each.is_small]
        if transfer.if_exists is IfExists.REPLACE and not visit.session.replaces_atomically:
            _put_back(files, lease.attempt, of, visit)
        remove_all(visit.session, parts)


def _inventory_of_today(transfer: Transfer) -> str | None:
    source = transfer.source_object
    return source.inventory.id if source and source.inventory else None


def _unsettled(
    transfer: Transfer, inventory: str, lease: ChunkLease, visit: Visit, ports: Ports
) -> list[ListedFile]:
    """Also those that were refused, but for their names: a retry may have begun them."""
    told, base_path = outcomes_of(lease.mark.files), visit.destination.base_path
    page = ports.inventories.page(transfer.id, inventory, lease.number)
    left = (replace(each, refusal=None) for at, each in enumerate(page) if at not in told)
    return [each for each in left if not each.judged(transfer.target_path, base_path).refusal]


def _put_back(files: list[ListedFile], attempts: int, of: PathsOfMany, visit: Visit) -> None:
    """The old file that had to step aside while a worker died gets its name back, unless ours or
    another one has it."""
    session = visit.session
    for file in files:
        target = of.target_of(file)
        for attempt in range(attempts + 1):
            aside = aside_path(of.part_of(file, attempt))
            with suppress(PartMissing, TargetExists, TargetError):
                if not session.look(aside):
                    continue
                if session.look(target) is None:
                    session.rename(aside, target, replace=False)
                else:
                    session.remove(aside)
