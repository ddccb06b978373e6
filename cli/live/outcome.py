"""How watched transfers ended, as exit codes and as sentences.

The exit code is the same whether a transfer ends while it is watched or had ended before. Of
several transfers the worst one counts, in this order: failed, not found, cancelled, still running,
completed.
"""

from collections.abc import Iterable

from cli.errors import (
    DONE,
    CommandFailed,
    NotFound,
    TimedOut,
    TransferCancelled,
    TransferFailed,
)
from cli.live.board import Board
from cli.live.durations import duration_text
from cli.live.shown import Shown
from cli.output import bytes_text, escaped

CODES = {
    "completed": DONE,
    "failed": TransferFailed.exit_code,
    "cancelled": TransferCancelled.exit_code,
}
WORST_FIRST = (
    TransferFailed.exit_code,
    NotFound.exit_code,
    TransferCancelled.exit_code,
    TimedOut.exit_code,
    DONE,
)


def exit_code(board: Board, transfers: Iterable[str]) -> int:
    codes = {outcome_code(board, each) for each in transfers}
    return next((code for code in WORST_FIRST if code in codes), CommandFailed.exit_code)


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
    """Over the whole run, in bytes a second."""
    if shown.status != "completed" or not shown.seconds or not shown.size_bytes:
        return None
    return shown.size_bytes / shown.seconds


def figures(shown: Shown) -> str:
    if shown.status == "completed" and shown.size_bytes is not None:
        took = "" if shown.seconds is None else f" in {duration_text(shown.seconds)}"
        rate = average_rate(shown)
        return f"  {bytes_text(shown.size_bytes)}{took}" + (f" ({rate_text(rate)})" if rate else "")
    if shown.bytes_done is None or not shown.size_bytes:
        return ""
    return f"  {bytes_text(shown.bytes_done)} of {bytes_text(shown.size_bytes)}"


def _why(shown: Shown) -> str:
    failure = shown.failure
    return f"  {escaped(failure.code)}: {escaped(failure.message)}" if failure else ""


def rate_text(rate: float) -> str:
    return f"{bytes_text(rate)}/s"
