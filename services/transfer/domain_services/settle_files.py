"""Ends a transfer of many files once each of them has its outcome."""

import hashlib
import posixpath
from collections.abc import Iterator, Sequence

from services.transfer.domain.errors import SomeFilesFailed, TransferCancelled, WrongState
from services.transfer.domain.failure import Failure
from services.transfer.domain.file_outcomes import FileOutcome, FileResult, outcomes_of
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import DoneChunk
from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import Proof, Proven, SourceChecksum, Verify
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run

NAMES_TOLD = 3  # of files that failed; the API lists them all


def settle_files(transfer: Transfer, *, ports: Ports) -> Transfer:
    """The transfer as it is then: COMMITTING when every file is at the partner, else FAILING. One
    that is over or being cancelled stays as it is."""
    if transfer.part is None:
        return transfer
    failed = ports.ledger.progress(transfer.ledger).files_failed
    told = _failure(transfer, failed, ports=ports) if failed else _proof(transfer, ports=ports)
    try:
        return change_run(
            transfer.run_id, lambda current: current.files_settled(told, ports.now()), ports=ports
        )
    except (WrongState, TransferCancelled):
        return ports.transfers.read(transfer.id)


def _failure(transfer: Transfer, failed: int, *, ports: Ports) -> Failure:
    names = [f"{file.key!r} ({told.code})" for file, told in _first_failed(transfer, ports=ports)]
    first = ", ".join(names) + (", ..." if failed > len(names) else "")
    total = transfer.known_inventory.files
    return Failure.of(SomeFilesFailed(transfer.id, failed, total, first))


def _first_failed(transfer: Transfer, *, ports: Ports) -> Iterator[tuple[ListedFile, FileOutcome]]:
    left = NAMES_TOLD
    for done in ports.ledger.done_chunks(transfer.ledger):
        if not done.mark.counts.failed:
            continue
        page = ports.inventories.page(transfer.id, transfer.known_inventory.id, done.number)
        for at, told in outcomes_of(done.mark.files).items():
            if told.result is FileResult.FAILED:
                yield page[at], told
                left -= 1
                if not left:
                    return


def _proof(transfer: Transfer, *, ports: Ports) -> Proof:
    crc64, compared, proven = 0, True, Proven.READBACK
    order, digest = list(Proven), hashlib.sha256()
    pages = ports.inventories.pages(transfer.id, transfer.known_inventory.id)
    for done, page in zip(ports.ledger.done_chunks(transfer.ledger), pages, strict=True):
        mark = done.mark
        crc64 = ports.crc64.combine(crc64, mark.crc64, mark.done_bytes)
        compared = compared and _all_compared(done)
        of_page = Proven(mark.proven or Proven.ACKNOWLEDGED)
        proven = min(proven, of_page, key=order.index)
        for line in _lines(done, page):
            digest.update(line.encode(errors="surrogatepass"))
    matched = SourceChecksum.MATCHED if compared else SourceChecksum.ABSENT
    if transfer.verify is Verify.SIZE:
        matched = SourceChecksum.NOT_COMPARED
    folder = transfer.known_part.path
    return Proof(folder, crc64, matched, None, proven, files_digest=digest.hexdigest())


def _lines(done: DoneChunk, page: Sequence[ListedFile]) -> Iterator[str]:
    for at, told in sorted(outcomes_of(done.mark.files).items()):
        path = path_below(page[at], told)
        yield f"{told.crc64:016x} {told.size_bytes} {path}\n"


def path_below(file: ListedFile, told: FileOutcome | None) -> str:
    """The file's path below the transfer's folder, as it is at the partner."""
    if told is None or not told.name:
        return file.name
    return posixpath.join(posixpath.dirname(file.name), told.name)


def _all_compared(done: DoneChunk) -> bool:
    return all(each.compared for each in outcomes_of(done.mark.files).values())
