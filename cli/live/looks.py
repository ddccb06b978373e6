"""Looks at transfers through the REST API: where there is no stream, and where it does not know."""

from collections import deque
from typing import Any

from pydantic import ValidationError

from cli.errors import CommandFailed, NotFound
from cli.live.board import Board
from cli.live.clock import Clock
from cli.live.pace import Pace
from cli.live.shown import Shown, from_rest
from cli.live.stream import Rest
from contracts.transfer_api import TransfersPage, TransferView

BURST = 15  # calls at once; with one a second afterwards that is less than 100 a minute
PAGE = 100


class Looks:
    """One call at a time. Calls are counted like drops of a bucket, for any number of transfers."""

    def __init__(self, rest: Rest, board: Board, clock: Clock, pace: Pace) -> None:
        self._rest, self._board, self._clock, self._pace = rest, board, clock, pace
        self._asked: deque[str] = deque()
        self._allowed, self._counted_at = float(BURST), clock.now()
        self._rotated_at, self._last = None, ""
        self._listed_at, self._cursor = None, None

    def ask(self, transfer_id: str) -> None:
        """Looks at it once, as soon as that is allowed."""
        if transfer_id not in self._asked:
            self._asked.append(transfer_id)

    def look(self, rotation: tuple[str, ...]) -> Shown | None:
        """At most one call: for what was asked, else for the next one of `rotation`."""
        return None
