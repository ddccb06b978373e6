"""What was seen of a page's files at the partner."""

from collections.abc import Mapping, Sequence
from posixpath import dirname, join

from services.transfer.domain.errors import ChunkCorrupted, TargetDamaged
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import ChunkLease
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.samples import drawn_of
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.deliver_file import is_equal
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.page_traces import PageTraces


def prove_page(
    files: Sequence[ListedFile],
    outcomes: dict[int, FileOutcome],
    traces: PageTraces,
    ends: PageEnds,
    lease: ChunkLease,
) -> Proven:
    """For CHECKSUM one file of each page is read back as a whole, under its name. The server cannot
    know which one. Raises ChunkCorrupted for one that differs and may be replaced, which is sent
    once more. Otherwise it has failed, and stays: it may be somebody else's newer file by now."""
    verify, strategy = ends.transfer.verify, ends.strategy
    if verify is Verify.READBACK:
        return Proven.READBACK
    if not files[0].is_small:
        return Proven(traces.of(0, lease.attempt).name_of(TraceKind.SEEN) or Proven.ACKNOWLEDGED)
    seen = Proven.SIZE if strategy.shows_files else Proven.ACKNOWLEDGED
    if verify is Verify.SIZE or not strategy.reads:
        return seen
    sent = _sent(outcomes)
    if not sent:
        return Proven.SAMPLED
    secret = ends.transfer.sample_secret
    at = sent[drawn_of(lease.ledger, lease.number, len(sent), secret)]
    told, of_file = outcomes[at], traces.of(at, lease.attempt)
    target = ends.target_of(files[at])
    path = join(dirname(target), told.name) if told.name else target
    try:
        if is_equal(path, told.crc64, told.size_bytes, ends):
            return Proven.SAMPLED
    except UNSEEN:  # a partner may take files away at once
        return seen
    expected, other = f"{told.crc64:016x}", "something else"
    if ends.replaces and not of_file.has(TraceKind.ANEW):
        del outcomes[at]
        of_file.note(TraceKind.ANEW)
        raise ChunkCorrupted(path, lease.number, expected, other)
    outcomes[at] = FileOutcome.failed(TargetDamaged(path, "What was read back", expected, other))
    return Proven.SAMPLED


def _sent(outcomes: Mapping[int, FileOutcome]) -> list[int]:
    return [
        at
        for at, told in sorted(outcomes.items())
        if told.result is FileResult.DONE and told.size_bytes
    ]
