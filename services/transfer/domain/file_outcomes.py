"""What became of the files of a page, as a chunk's mark keeps it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from posixpath import basename
from typing import Any

from services.transfer.domain.errors import TransferError
from services.transfer.domain.file_traces import Trace, is_trace, trace_of, trace_row
from services.transfer.domain.words import legible

MAX_MESSAGE_CHARACTERS = 400
SHORTER = (200, 100, 40)  # where so many files fail that their messages do not fit
MAX_TEXT_BYTES = 300_000  # a row has 400,000 at most, and the rest of it is small
MAX_MESSAGE_BYTES = 1_000  # 250 of them fit into a row of 400,000, whatever the script


class FileResult(StrEnum):
    DONE = "done"  # it was sent and has its name
    SKIPPED = "skipped"  # a later try found the very same content under its name
    FAILED = "failed"


@dataclass(frozen=True)
class FileOutcome:
    """`code` and `message` say why it failed. `name` is the one that it got in its folder, where
    that is not its own. `compared`: the bytes have the checksum that S3 has of the object."""

    result: FileResult
    size_bytes: int = 0
    crc64: int = 0
    name: str = ""
    compared: bool = False
    code: str = ""
    message: str = ""

    @classmethod
    def failed(cls, error: TransferError, half: str = "") -> "FileOutcome":
        """`half` is the name of a file that may be there and not whole."""
        stays = f" What was written of it may still be there, as {half}." if half else ""
        return cls.refused(error.code, f"{error}{stays}")

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
    return {row[0]: _read(row) for row in _rows_of(text) if not is_trace(row)}


def traces_of(text: str | None) -> set[Trace]:
    return {trace_of(row) for row in _rows_of(text) if is_trace(row)}


def text_of(outcomes: Mapping[int, FileOutcome], traces: Iterable[Trace] = ()) -> str:
    """Long messages are cut where there are too many of them for a row."""
    told = [trace_row(each) for each in sorted(traces)]
    text = _text(outcomes, MAX_MESSAGE_CHARACTERS, told)
    for most in SHORTER:
        if len(text.encode(errors="surrogatepass")) <= MAX_TEXT_BYTES:
            break
        text = _text(outcomes, most, told)
    return text


def _text(outcomes: Mapping[int, FileOutcome], most: int, traces: list[list[object]]) -> str:
    rows = [_row(at, outcomes[at], most) for at in sorted(outcomes)]
    return json.dumps(rows + traces, separators=(",", ":"), ensure_ascii=False)


def _rows_of(text: str | None) -> list[list[Any]]:
    return json.loads(text) if text else []


def _row(at: int, told: FileOutcome, most: int) -> list[object]:
    if told.result is FileResult.FAILED:
        return [at, told.result.value, told.code, _cut(told.message, most)]
    crc64 = f"{told.crc64:016x}"
    return [at, told.result.value, told.size_bytes, crc64, told.name, int(told.compared)]


def _cut(message: str, most: int) -> str:
    return message if len(message) <= most else message[: most - 1] + "…"


def _read(row: list[Any]) -> FileOutcome:
    _, result, *rest = map(str, row)
    if result == FileResult.FAILED.value:
        code, message = rest
        return FileOutcome(FileResult.FAILED, code=code, message=message)
    size, crc64, name, compared = rest
    # Earlier versions stored the whole path.
    return FileOutcome(
        FileResult(result), int(size), int(crc64, 16), basename(name), compared == "1"
    )
