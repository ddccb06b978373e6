"""What a transfer of many files is about: the files as they were found, in pages.

A page is the unit of work of a lane, as a chunk is of one file. Pages are written once and never
change. What became of their files is told by the ledger (see file_outcomes.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.transfer.domain.errors import TargetError, TransferError
from services.transfer.domain.names import below, resolve_target

MAX_FILES = 100_000
# The pages, and the rows of every ledger. A run lasts 30 days at most (its workflow's timeout), and
# a retry goes on from a ledger only while that is younger than 60 days. So nobody reads a row that
# is older than 90 days, but who asks what became of the files.
KEPT = timedelta(days=120)
PAGE_FILES = 250
PAGE_BYTES = 64_000_000  # seconds on a fast line, ten minutes on 1 Mbit/s
SMALL_BYTES = 4 << 20  # a file up to this is held in memory as a whole
PAGE_KEY_BYTES = 150_000  # a row has 400,000 at most, and a refusal quotes its key


@dataclass(frozen=True)
class ListedFile:
    """`name` is below the target's folder. `refusal` is (code, message) of a file that cannot be
    sent, whatever the partner says. `shares_name`: an earlier file of the inventory has the same
    name but for case or Unicode form, which some partners take for one."""

    key: str
    name: str
    size_bytes: int
    etag: str
    modified: datetime
    refusal: tuple[str, str] | None = None
    shares_name: bool = False

    @property
    def is_folder(self) -> bool:
        """A marker, as consoles make for an empty folder."""
        return self.key.endswith("/")

    @property
    def is_small(self) -> bool:
        return self.size_bytes <= SMALL_BYTES

    def judged(self, target_path: str, base_path: str) -> "ListedFile":
        """Refused, if its name cannot be one at the partner. No other refusal matters then."""
        try:
            resolve_target(base_path, below(target_path, self.name.removesuffix("/")))
        except TargetError as error:
            return self.refused(error)
        return self

    def refused(self, error: TransferError) -> "ListedFile":
        return replace(self, refusal=(error.code, str(error)))


@dataclass(frozen=True)
class Inventory:
    """What is on record of it. `root` is what the keys of all files begin with that its requester
    might read when it was taken, `root_of_all` that of the others as well."""

    id: str
    files: int
    pages: int
    size_bytes: int
    root: str
    root_of_all: str | None = None  # None: as `root`
    taken_at: datetime | None = None  # None: by an earlier version

    def root_in(self, run: int) -> str:
        """What the keys begin with that a lane may read. A retry looks again at what was
        refused."""
        return self.root if run == 1 or self.root_of_all is None else self.root_of_all


def paged(files: Iterable[ListedFile]) -> Iterator[list[ListedFile]]:
    """Pages of small files, in their order. Each large file has a page of its own."""
    page: list[ListedFile] = []
    size = keys = 0
    for each in files:
        if not each.is_small:
            yield [each]
            continue
        length = len(each.key.encode())
        full = len(page) >= PAGE_FILES or keys + length > PAGE_KEY_BYTES
        if page and (full or size + each.size_bytes > PAGE_BYTES):
            yield page
            page, size, keys = [], 0, 0
        page.append(each)
        size, keys = size + each.size_bytes, keys + length
    if page:
        yield page
