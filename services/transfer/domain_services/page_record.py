"""What is certain of a page so far, as its mark keeps it."""

from dataclasses import dataclass, field, replace

from services.transfer.domain.checksums import Crc
from services.transfer.domain.file_outcomes import FileOutcome, outcomes_of, text_of, traces_of
from services.transfer.domain.file_traces import Trace
from services.transfer.domain.ledger import Mark
from services.transfer.domain.proof import Proven


@dataclass
class PageRecord:
    """`outcomes` by the file's place: every reply was good, or the file was refused. `large` is how
    far a page has come that is one large file."""

    outcomes: dict[int, FileOutcome]
    traces: set[Trace]
    crc64: Crc
    large: Mark = field(default_factory=Mark)

    @classmethod
    def of(cls, mark: Mark, crc64: Crc) -> "PageRecord":
        return cls(outcomes_of(mark.files), traces_of(mark.files), crc64)

    def mark(self, proven: Proven | None = None) -> Mark:
        """With `proven` nothing is left of the page."""
        files = text_of(self.outcomes, self.traces)
        if not self.outcomes and self.large.done_bytes:
            return replace(self.large, files=files)
        size = crc64 = 0
        for at in sorted(self.outcomes):
            told = self.outcomes[at]
            if proven is not None and told.size_bytes:
                crc64 = self.crc64.combine(crc64, told.crc64, told.size_bytes)
            size += told.size_bytes
        return Mark(size, crc64, files=files, proven=proven.value if proven else None)
