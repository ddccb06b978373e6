"""What was seen of a page's files at the partner."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
from services.transfer.domain_services.page_traces import FileTraces, PageTraces

OTHER = "something else"


@dataclass
class PageProof:
    """Of the files of one page. `outcomes` of damaged ones are changed, or taken out so that they
    are sent once more."""

    files: Sequence[ListedFile]
    outcomes: dict[int, FileOutcome]
    traces: PageTraces
    ends: PageEnds
    lease: ChunkLease
    has_time: Callable[[], bool]

    def run(self) -> Proven | None:
        """For CHECKSUM one file is read back as a whole, under its name. The server cannot know
        which one. If it differs, so are all the others. None where the time was too short for them:
        the next turn draws anew from those that are left. Raises ChunkCorrupted."""
        ends, strategy = self.ends, self.ends.strategy
        if ends.reads_back:
            return Proven.READBACK
        if not self.files[0].is_small:
            seen_of_it = self._traces_of(0).name_of(TraceKind.SEEN)
            return Proven(seen_of_it or Proven.ACKNOWLEDGED)
        seen = Proven.SIZE if strategy.shows_files else Proven.ACKNOWLEDGED
        if ends.transfer.verify is Verify.SIZE or not strategy.reads:
            return seen
        sent = _sent(self.outcomes)
        if not sent:
            return Proven.SAMPLED
        secret = ends.transfer.sample_secret
        drawn = sent[drawn_of(self.lease.ledger, self.lease.number, len(sent), secret)]
        try:
            if self._is_equal(drawn):
                return Proven.SAMPLED
        except UNSEEN:  # a partner may take files away at once
            return seen
        damaged, left = [drawn], [at for at in sent if at != drawn]
        while left and self.has_time():
            at = left.pop()
            if self._differs(at):
                damaged.append(at)
        self._judge(damaged)
        return None if left else Proven.SAMPLED

    def _judge(self, damaged: Sequence[int]) -> None:
        """Those that may be replaced are sent once more. Otherwise they have failed, and stay: they
        may be somebody else's newer files by now. Raises ChunkCorrupted."""
        again = list[ChunkCorrupted]()
        for at in damaged:
            path, sent = self._path(at), f"{self.outcomes[at].crc64:016x}"
            if self.ends.replaces and not self._traces_of(at).has(TraceKind.ANEW):
                self._traces_of(at).note(TraceKind.ANEW)
                again.append(ChunkCorrupted(path, self.lease.number, sent, OTHER))
                del self.outcomes[at]
            else:
                error = TargetDamaged(path, "What was read back", sent, OTHER)
                self.outcomes[at] = FileOutcome.failed(error)
        if again:
            raise again[0]

    def _is_equal(self, at: int) -> bool:
        told = self.outcomes[at]
        return is_equal(self._path(at), told.crc64, told.size_bytes, self.ends)

    def _differs(self, at: int) -> bool:
        with suppress(*UNSEEN):
            return not self._is_equal(at)
        return False

    def _path(self, at: int) -> str:
        target, name = self.ends.target_of(self.files[at]), self.outcomes[at].name
        return join(dirname(target), name) if name else target

    def _traces_of(self, at: int) -> FileTraces:
        return self.traces.of(at, self.lease.attempt)


def _sent(outcomes: Mapping[int, FileOutcome]) -> list[int]:
    return [
        at
        for at, told in sorted(outcomes.items())
        if told.result is FileResult.DONE and told.size_bytes
    ]
