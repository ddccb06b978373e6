"""What was seen of a page's files at the partner."""

from collections.abc import Mapping, Sequence
from posixpath import basename, dirname, join

from services.transfer.domain.errors import TargetDamaged
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ledger import ChunkLease
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.samples import drawn_of
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.deliver_file import is_equal
from services.transfer.domain_services.page_ends import PageEnds


def prove_page(
    files: Sequence[ListedFile],
    outcomes: dict[int, FileOutcome],
    ends: PageEnds,
    lease: ChunkLease,
) -> Proven:
    """For CHECKSUM one file of each page is read back as a whole, under its name. The server cannot
    know which one. One that differs has failed."""
    verify, strategy = ends.transfer.verify, ends.strategy
    if verify is Verify.READBACK:
        return Proven.READBACK
    seen = Proven.SIZE if strategy.shows_files else Proven.ACKNOWLEDGED
    if verify is Verify.SIZE or not strategy.reads:
        return seen
    if not files[0].is_small:
        return Proven.SAMPLED
    sent = _sent(outcomes)
    if not sent:
        return Proven.SAMPLED
    secret = ends.transfer.sample_secret
    at = sent[drawn_of(lease.ledger, lease.number, len(sent), secret)]
    told = outcomes[at]
    target = ends.target_of(files[at])
    path = join(dirname(target), basename(told.path)) if told.path else target
    try:
        if not is_equal(path, told.crc64, told.size_bytes, ends):
            sent_crc = f"{told.crc64:016x}"
            outcomes[at] = FileOutcome.failed(
                TargetDamaged(path, "What was read back", sent_crc, "something else")
            )
    except UNSEEN:  # a partner may take files away at once
        return seen
    return Proven.SAMPLED


def _sent(outcomes: Mapping[int, FileOutcome]) -> list[int]:
    return [
        at
        for at, told in sorted(outcomes.items())
        if told.result is FileResult.DONE and told.size_bytes
    ]
