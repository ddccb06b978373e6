"""What became of each file of a transfer of many."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kernel.caller import Caller
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.transfer.domain.errors import FieldInvalid, FilesForgotten, TransferNotFound
from services.transfer.domain.file_outcomes import FileOutcome, FileResult, outcomes_of
from services.transfer.domain.inventory import KEPT, ListedFile
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.settle_files import path_below

POSITION = re.compile(r"(\d{1,5})-(\d{1,6})")  # page, file in it: the next one to look at
PAGES_READ = 50  # for one answer; a caller waits for it
WAITING = "waiting"


@dataclass(frozen=True)
class FileSeen:
    key: str
    path: str
    size_bytes: int
    outcome: str
    code: str | None
    message: str | None
    crc64nvme: str | None


def read_files(
    transfer_id: str,
    caller: Caller,
    outcome: str | None,
    page: tuple[int, str | None],
    *,
    ports: Ports,
) -> Page[FileSeen]:
    """`page` is (limit, cursor). Raises TransferNotFound, also for a transfer that the caller may
    not see, FieldInvalid for a cursor that is none of this list, and FilesForgotten."""
    transfer = ports.transfers.read(transfer_id)
    if not caller.may_see_transfers_of(transfer.owner):
        raise TransferNotFound(transfer_id)
    _require_kept(transfer, ports=ports)
    limit, cursor = page
    asked, first, begin = f"transfer-files/{transfer_id}/{outcome}", 0, 0
    if cursor is not None:
        refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
        at = POSITION.fullmatch(read_cursor(asked, cursor, POSITION, refusal))
        first, begin = (int(each) for each in at.groups()) if at else (0, 0)
    found: list[FileSeen] = []
    total = _pages(transfer)
    for number in range(first, min(total, first + PAGES_READ)):
        for place, seen in _of_page(transfer, number, ports=ports):
            if number == first and place < begin:
                continue
            if len(found) == limit:
                return Page(found, write_cursor(asked, f"{number}-{place}"))
            if outcome in (None, seen.outcome):
                found.append(seen)
    last = first + PAGES_READ
    return Page(found, write_cursor(asked, f"{last}-0") if last < total else None)


def _require_kept(transfer: Transfer, *, ports: Ports) -> None:
    """Rows go one by one once they have expired, so by then a list would tell only a part."""
    if _pages(transfer) and ports.now() - transfer.listed_at >= KEPT:
        raise FilesForgotten(transfer.id, KEPT.days, f"{transfer.listed_at:%Y-%m-%d}")


def _pages(transfer: Transfer) -> int:
    found = transfer.source_object
    return found.inventory.pages if found and found.inventory else 0


def _of_page(transfer: Transfer, number: int, *, ports: Ports) -> Iterator[tuple[int, FileSeen]]:
    told = _outcomes(transfer, number, ports=ports)
    files = ports.inventories.page(transfer.id, transfer.known_inventory.id, number)
    for place, file in enumerate(files):
        yield place, _seen(file, told.get(place))


def _outcomes(transfer: Transfer, number: int, *, ports: Ports) -> dict[int, FileOutcome]:
    if transfer.plan is None:
        return {}
    done = ports.ledger.done_chunk(transfer.ledger, number)
    if done is not None:
        return outcomes_of(done.mark.files)
    begun = (each for each in ports.ledger.open_leases(transfer.ledger) if each.number == number)
    return next((outcomes_of(each.mark.files) for each in begun), {})


def _seen(file: ListedFile, told: FileOutcome | None) -> FileSeen:
    crc64, size_bytes = None, file.size_bytes
    if told is not None and told.result is not FileResult.FAILED:
        crc64, size_bytes = f"{told.crc64:016x}", told.size_bytes
    return FileSeen(
        key=file.key,
        path=path_below(file, told),
        size_bytes=size_bytes,
        outcome=told.result.value if told else WAITING,
        code=told.code or None if told else None,
        message=told.message or None if told else None,
        crc64nvme=crc64,
    )
