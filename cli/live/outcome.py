"""How watched transfers ended, as exit codes and as sentences.

The exit code is the same whether a transfer ends while it is watched or had ended before.
"""

from collections.abc import Iterable

from cli.advice import advice
from cli.durations import duration_text
from cli.errors import DONE, NotFound, TimedOut, TransferCancelled, TransferFailed, worst
from cli.live.board import Board
from cli.live.shown import Shown
from cli.output import bytes_text, escaped
from cli.transfers import files_text

CODES = {
    "completed": DONE,
    "failed": TransferFailed.exit_code,
    "cancelled": TransferCancelled.exit_code,
}


def exit_code(board: Board, transfers: Iterable[str]) -> int:
    return worst(outcome_code(board, each) for each in transfers)


def outcome_code(board: Board, transfer_id: str) -> int:
    if transfer_id in board.missing:
        return NotFound.exit_code
    shown = board.shown.get(transfer_id)
    return TimedOut.exit_code if shown is None else CODES.get(shown.status, TimedOut.exit_code)


def sentence(shown: Shown) -> str:
    """The state in one line, whole: it is read in logs, too."""
    path = f"{escaped(shown.source)} -> {escaped(shown.destination)}:{escaped(shown.target_path)}"
    return f"{shown.status}  {shown.id}{figures(shown)}  {path}{_why(shown)}"


def missing_sentence(transfer_id: str) -> str:
    return f"not found  {escaped(transfer_id)}  There is no such transfer, or it is not yours."


def average_rate(shown: Shown) -> float | None:
    """Over the whole run, in bytes a second. A moment is too short to say anything."""
    size, seconds = shown.size_bytes, shown.seconds
    if shown.status != "completed" or not size or seconds is None or seconds < 1:
        return None
    return size / seconds


def figures(shown: Shown) -> str:
    files = f"  {files_text(shown.files)}" if shown.files else ""
    return files + _bytes(shown)


def _bytes(shown: Shown) -> str:
    if shown.status == "completed" and shown.size_bytes is not None:
        rate = average_rate(shown)
        average = f" ({rate_text(rate)})" if rate else ""
        return f"  {bytes_text(shown.size_bytes)}{took(shown)}{average}"
    if shown.bytes_done is None or not shown.size_bytes:
        return ""
    return f"  {bytes_text(shown.bytes_done)} of {bytes_text(shown.size_bytes)}"


def took(shown: Shown) -> str:
    """' in 20 s', or nothing where that is not known."""
    seconds = shown.seconds
    if seconds is None:
        return ""
    return f" in {duration_text(seconds)}" if seconds >= 1 else " in less than 1 s"


def _why(shown: Shown) -> str:
    failure = shown.failure
    return f"  {escaped(failure.code)}: {advice(failure.message)}" if failure else ""


def rate_text(rate: float) -> str:
    return f"{bytes_text(rate)}/s"
