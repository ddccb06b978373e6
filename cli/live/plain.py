"""Watched transfers as plain lines: results on stdout, and how it goes on stderr now and then."""

from cli.live.board import Board
from cli.live.clock import Clock
from cli.live.line import cells_of
from cli.live.outcome import missing_sentence, sentence
from cli.live.shown import Shown
from cli.live.told_ends import ToldEnds
from cli.output import Output

EVERY = 5.0  # seconds: logs of a build are read from top to bottom
MOST = 10  # transfers; more of them are counted


class Plain:
    def __init__(self, board: Board, output: Output, clock: Clock, progress: bool) -> None:
        """`progress`: whether it is told how it goes, and not only how it ends."""
        self._board, self._output, self._clock = board, output, clock
        self._progress = progress
        self._printed_at = clock.now()
        self._changed: dict[str, None] = {}
        self._ends = ToldEnds()
        self._said: dict[str, str] = {}

    def begin(self) -> None:
        for shown in self._board.shown.values():
            self.changed(shown)

    def changed(self, shown: Shown) -> None:
        if not shown.ended:
            self._changed[shown.id] = None
        elif self._ends.is_new(shown.id, shown.run):
            self._changed.pop(shown.id, None)
            self._said.pop(shown.id, None)
            self._output.say(sentence(shown))

    def missing(self, transfer_id: str) -> None:
        self._output.warn(missing_sentence(transfer_id))

    def note(self, text: str) -> None:
        self._output.note(text)

    def tick(self) -> None:
        if not self._progress or self._clock.since(self._printed_at) < EVERY:
            return
        self._printed_at = self._clock.now()
        changed, self._changed = list(self._changed), {}
        for each in changed[:MOST]:
            if each in self._board.shown:
                self._say(each, self._line(self._board.shown[each]))
        if len(changed) > MOST:
            self._output.note(f"and {len(changed) - MOST} more")

    def end(self) -> None:
        pass

    def _say(self, transfer_id: str, line: str) -> None:
        """Not what was said of it before: a change may be one that a line does not show."""
        if self._said.get(transfer_id) != line:
            self._said[transfer_id] = line
            self._output.note(line)

    def _line(self, shown: Shown) -> str:
        cells = cells_of(shown, self._board.stale_for(shown))
        said = [shown.id, shown.status, cells["percent"], cells["bytes"]]
        if cells["tail"] != shown.status:
            said.append(cells["tail"])
        return "  ".join(each for each in said if each)
