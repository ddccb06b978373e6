"""What became of the files of a page, as a chunk's mark keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from posixpath import basename

from services.transfer.domain.errors import TransferError
from services.transfer.domain.words import legible

MAX_MESSAGE_CHARACTERS = 400
MAX_MESSAGE_BYTES = 1_000  # 250 of them fit into a row of 400,000, whatever the script


class FileResult(StrEnum):
    DONE = "done"  # it was sent and has its name
    SKIPPED = "skipped"  # a later try found the very same content under its name
    FAILED = "failed"


@dataclass(frozen=True)
class FileOutcome:
    """`code` and `message` say why it failed. `path` is the name that it got, where that is not
    the one it should have. Of a path only its last part is kept: the folder is the same, and 250
    long paths would not fit into a row. `compared`: the bytes have the checksum that S3 has of the
    object."""

    result: FileResult
    size_bytes: int = 0
    crc64: int = 0
    path: str = ""
    compared: bool = False
    code: str = ""
    message: str = ""

    @classmethod
    def failed(cls, error: TransferError) -> "FileOutcome":
        return cls.refused(error.code, str(error))

    @classmethod
    def refused(cls, code: str, message: str) -> "FileOutcome":
        told = legible(message, MAX_MESSAGE_CHARACTERS).encode(errors="replace")
        cut = told[:MAX_MESSAGE_BYTES].decode(errors="ignore")
        return cls(FileResult.FAILED, code=code, message=cut)


@dataclass(frozen=True)
class FileCounts:
    done: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "FileCounts") -> "FileCounts":
        return FileCounts(
            self.done + other.done, self.failed + other.failed, self.skipped + other.skipped
        )

    def __neg__(self) -> "FileCounts":
        return FileCounts(-self.done, -self.failed, -self.skipped)

    @property
    def settled(self) -> int:
        return self.done + self.failed + self.skipped


NO_FILES = FileCounts()


def counts_of(text: str | None) -> FileCounts:
    told = [each.result for each in outcomes_of(text).values()]
    return FileCounts(
        told.count(FileResult.DONE), told.count(FileResult.FAILED), told.count(FileResult.SKIPPED)
    )


def outcomes_of(text: str | None) -> dict[int, FileOutcome]:
    """By the file's place in its page."""
    return {row[0]: _read(row) for row in json.loads(text)} if text else {}


def text_of(outcomes: Mapping[int, FileOutcome]) -> str:
    rows = [_row(at, outcomes[at]) for at in sorted(outcomes)]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


def _row(at: int, told: FileOutcome) -> list[object]:
    if told.result is FileResult.FAILED:
        return [at, told.result.value, told.code, told.message]
    crc64 = f"{told.crc64:016x}"
    name = basename(told.path)
    return [at, told.result.value, told.size_bytes, crc64, name, int(told.compared)]


def _read(row: list[object]) -> FileOutcome:
    _, result, *rest = row
    if result == FileResult.FAILED.value:
        code, message = rest
        return FileOutcome(FileResult.FAILED, code=str(code), message=str(message))
    size, crc64, path, compared = rest
    return FileOutcome(
        FileResult(str(result)), int(str(size)), int(str(crc64), 16), str(path), bool(compared)
    )
