"""Watched transfers on a terminal, drawn on stderr several times a second."""

import signal
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from cli.durations import duration_text
from cli.live.board import Board, Link
from cli.live.line import cells_of, lines_of
from cli.live.shown import Shown
from cli.output import escaped

A_SECOND = 4  # how often it is drawn: what is told comes twice a second at most
OVERSCAN = 2  # lines of the window that stay free: for the note below, and the cursor
MARGIN = 2  # columns that stay free for the ^C that a terminal shows: no line may wrap by it
SILENT = 2.0  # seconds; from then on it is worth a word
WORDS = {"requested": "waiting"}


class Screen:
    """It draws in a thread of its own, so that seconds go on while a call takes long."""

    def __init__(self, board: Board, transfers: Callable[[], tuple[str, ...]], color: bool) -> None:
        """`transfers` are the ids to show, in their order."""
        self._board, self._transfers = board, transfers
        self._console = Console(
            file=sys.stderr, no_color=not color, highlight=False, force_terminal=True
        )
        self._live = Live(
            console=self._console,
            get_renderable=self.drawn,
            refresh_per_second=A_SECOND,
            transient=True,
            redirect_stdout=False,
            vertical_overflow="crop",
        )

    def begin(self) -> None:
        self._before = signal.signal(signal.SIGTERM, _leave)
        self._live.start(refresh=True)

    def changed(self, shown: Shown) -> None:
        pass

    def missing(self, transfer_id: str) -> None:
        pass

    def note(self, text: str) -> None:
        self._console.print(Text(text))

    def tick(self) -> None:
        pass

    def end(self) -> None:
        self._live.stop()
        signal.signal(signal.SIGTERM, self._before)

    def drawn(self) -> Group:
        width, height = self._console.size
        width = max(1, width - MARGIN)
        ids = self._transfers()
        known = self._board.shown
        rows = [known[each] for each in ids if each in known]
        unheard = [each for each in ids if each not in known]
        lines = self._fitting(rows, width, max(1, height - OVERSCAN - bool(unheard)))
        if unheard:
            lines.append(self._dim(_unheard(unheard, self._board.missing), width))
        state = self._link()
        return Group(*lines, *([self._dim(state, width)] if state else []))

    def _fitting(self, rows: list[Shown], width: int, height: int) -> list[Text]:
        """All of them; or those that have not ended; or as many as there is room for, counted."""
        for chosen in (rows, [shown for shown in rows if not shown.ended]):
            blocks = self._blocks(chosen, width)
            lines = [line for block in blocks for line in block]
            if len(lines) <= height:
                left_out = [shown for shown in rows if shown not in chosen]
                room = len(lines) < height
                return lines + ([self._rest(left_out, width)] if left_out and room else [])
        shown_blocks, used = 0, 1  # one line says what is left out
        for block in blocks:
            if used + len(block) > height:
                break
            used += len(block)
            shown_blocks += 1
        lines = [line for block in blocks[:shown_blocks] for line in block]
        left_out = [shown for shown in rows if shown not in chosen[:shown_blocks]]
        return [*lines, self._rest(left_out, width)]

    def _blocks(self, rows: list[Shown], width: int) -> list[tuple[Text, ...]]:
        cells = [(shown, cells_of(shown, self._board.stale_for(shown))) for shown in rows]
        return lines_of(cells, width, self._board.service_now())

    def _rest(self, rows: list[Shown], width: int) -> Text:
        counted = Counter(WORDS.get(shown.status, shown.status) for shown in rows)
        kinds = ", ".join(f"{number} {status}" for status, number in counted.most_common())
        return self._dim(f"and {len(rows)} more: {kinds}", width)

    def _link(self) -> str:
        if self._board.link is Link.OPENING:
            return "Connecting ..."
        if self._board.link is not Link.LOST:
            return ""
        heard, silent = self._board.shown or self._board.missing, self._board.silence()
        last = f" Last heard {duration_text(silent)} ago." if heard and silent >= SILENT else ""
        return f"No live connection just now, trying again.{last}"

    @staticmethod
    def _dim(text: str, width: int) -> Text:
        line = Text(text, "dim", no_wrap=True, overflow="crop")
        line.truncate(width, overflow="ellipsis")
        return line


def _leave(number: int, frame: FrameType | None) -> None:
    """On the way out the terminal gets its cursor back."""
    sys.exit(128 + number)


def _unheard(ids: list[str], missing: tuple[str, ...]) -> str:
    asked = [each for each in ids if each not in missing]
    gone = [each for each in ids if each in missing]
    parts = [f"not found: {escaped(gone[0])}" if len(gone) == 1 else f"{len(gone)} not found"]
    parts = parts if gone else []
    if asked:
        named = escaped(asked[0]) if len(asked) == 1 else f"{len(asked)} transfers"
        parts.append(f"asking for {named} ...")
    return ", ".join(parts)
