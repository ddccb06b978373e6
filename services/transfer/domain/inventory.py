"""What a transfer of many files is about: the files as they were found, in pages.

A page is the unit of work of a lane, as a chunk is of one file. Pages are written once and never
change. What became of their files is told by the ledger (see file_outcomes.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

MAX_FILES = 100_000
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
        return self.size_bytes <= SMALL_BYTES or self.refusal is not None


@dataclass(frozen=True)
class Inventory:
    """What is on record of it. `root` is what the keys of all files begin with."""

    id: str
    files: int
    pages: int
    size_bytes: int
    root: str


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
