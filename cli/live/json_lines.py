"""Watched transfers for programs: one JSON object a line on stdout.

`{"version": 1, "type": "progress", "transfer": {...}}` comes at most twice a second for each
transfer. `{"version": 1, "type": "end", "id": ..., "outcome": ..., "exit_code": ..., "transfer":
{...}}` comes once for each transfer that was asked for, after its last state. New fields and new
types may come at any time; another version comes only with what old readers break on.
"""

from typing import Any

from pydantic import TypeAdapter

from cli.errors import NotFound
from cli.live.board import Board
from cli.live.clock import Clock, Instant
from cli.live.outcome import outcome_code
from cli.live.shown import Shown
from cli.live.told_ends import ToldEnds
from cli.output import Output

VERSION = 1
GAP = 0.5  # seconds between two lines about one transfer
_SHOWN = TypeAdapter(Shown)


class JsonLines:
    def __init__(self, board: Board, output: Output, clock: Clock) -> None:
        self._board, self._output, self._clock = board, output, clock
        self._told_at: dict[str, Instant] = {}
        self._held: dict[str, Shown] = {}
        self._ends = ToldEnds()

    def begin(self) -> None:
        for shown in self._board.shown.values():
            self.changed(shown)

    def changed(self, shown: Shown) -> None:
        if shown.ended:
            self._end(shown)
        elif self._may_tell(shown.id):
            self._tell(shown)
        else:
            self._held[shown.id] = shown

    def missing(self, transfer_id: str) -> None:
        self._line("end", id=transfer_id, outcome="not_found", exit_code=NotFound.exit_code)

    def note(self, text: str) -> None:
        self._output.note(text)

    def tick(self) -> None:
        for shown in [shown for shown in self._held.values() if self._may_tell(shown.id)]:
            self._tell(shown)

    def end(self) -> None:
        """The last state is never dropped."""
        for shown in list(self._held.values()):
            self._tell(shown)

    def still_running(self, transfer_id: str, exit_code: int) -> None:
        shown = self._board.shown.get(transfer_id)
        self._line(
            "end",
            id=transfer_id,
            outcome="still_running",
            exit_code=exit_code,
            transfer=_document(shown) if shown else None,
        )

    def _end(self, shown: Shown) -> None:
        if not self._ends.is_new(shown.id, shown.run):
            return
        self._tell(shown)
        del self._told_at[shown.id]
        self._line(
            "end",
            id=shown.id,
            outcome=shown.status,
            exit_code=outcome_code(self._board, shown.id),
            transfer=_document(shown),
        )

    def _may_tell(self, transfer_id: str) -> bool:
        told_at = self._told_at.get(transfer_id)
        return told_at is None or self._clock.since(told_at) >= GAP

    def _tell(self, shown: Shown) -> None:
        self._held.pop(shown.id, None)
        self._told_at[shown.id] = self._clock.now()
        self._line("progress", transfer=_document(shown))

    def _line(self, kind: str, **fields: Any) -> None:  # noqa: ANN401
        self._output.line({"version": VERSION, "type": kind, **fields})


def _document(shown: Shown) -> Any:  # noqa: ANN401
    return _SHOWN.dump_python(shown, mode="json")
