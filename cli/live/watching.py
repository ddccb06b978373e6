"""Watches transfers for a command: chooses the display, and says how it ended."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from cli.errors import DONE, TimedOut
from cli.invocation import Invocation
from cli.live.board import Board
from cli.live.clock import Clock
from cli.live.display import Display
from cli.live.follower import Follower
from cli.live.json_lines import JsonLines
from cli.live.outcome import exit_code, figures, missing_sentence, sentence
from cli.live.pace import Pace
from cli.live.plain import Plain
from cli.live.shown import Shown
from cli.live.timed_rest import TimedRest
from cli.live.watched import Watched


class Watching:
    """`first` are states that the command has just been told, for example by the start of a
    transfer. `bars` is false where only the end matters."""

    def __init__(
        self,
        invocation: Invocation,
        watched: Watched,
        *,
        bars: bool = True,
        first: tuple[Shown, ...] = (),
        pace: Pace | None = None,
    ) -> None:
        self._invocation, self._watched, self._pace = invocation, watched, pace
        self._clock = Clock()
        self._board = Board(self._clock)
        for shown in first:
            self._board.see(shown)
        self._display = self._chosen_display(bars)

    def run(self, limit_seconds: float = math.inf) -> int:
        """The exit code. Raises NotSignedIn, NoRight, Unreachable and KeyboardInterrupt."""
        began = self._clock.now()

        def left() -> float:
            return limit_seconds - self._clock.since(began)

        def over() -> bool:
            return left() <= 0 or self._all_ended()

        try:
            with _on(self._display):
                follower = Follower(
                    TimedRest(self._invocation.watching_client, left),
                    self._watched,
                    self._board,
                    self._display,
                    self._clock,
                    self._pace,
                )
                follower.follow(over)
        except KeyboardInterrupt:
            self._interrupted()
            raise
        self._tell_results()
        return DONE if self._watched.scope else exit_code(self._board, self._watched.transfers)

    def _all_ended(self) -> bool:
        if self._watched.scope:
            return False
        return not self._board.unfinished(self._watched.transfers)

    def _chosen_display(self, bars: bool) -> Display:
        output, flags = self._invocation.output, self._invocation.flags
        if flags.as_json:
            return JsonLines(self._board, output, self._clock)
        if bars and output.shows_progress:
            from cli.live.screen import Screen  # costs a fifth of the start

            return Screen(self._board, self._ids, output.color)
        lines = bars and flags.progress and not flags.quiet
        return Plain(self._board, output, self._clock, lines)

    def _ids(self) -> tuple[str, ...]:
        return self._watched.transfers or tuple(self._board.shown)

    def _tell_results(self) -> None:
        output, board = self._invocation.output, self._board
        for each in self._watched.transfers:
            shown = board.shown.get(each)
            if not isinstance(self._display, JsonLines | Plain):
                if each in board.missing:
                    output.warn(missing_sentence(each))
                elif shown and shown.ended:
                    output.say(sentence(shown))
            if each in board.unfinished((each,)):
                self._still_running(each, shown)

    def _still_running(self, transfer_id: str, shown: Shown | None) -> None:
        if isinstance(self._display, JsonLines):
            self._display.still_running(transfer_id, TimedOut.exit_code)
        state = f"{shown.status}{figures(shown)}" if shown else "nothing was heard of it"
        self._invocation.output.warn(f"still running  {transfer_id}  {state}")

    def _interrupted(self) -> None:
        running = self._board.unfinished(self._watched.transfers)
        if not running:
            return
        goes_on = "The transfer goes on." if len(running) == 1 else "The transfers go on."
        ids = " ".join(running)
        self._invocation.output.note(
            f"{goes_on}\n  To watch again:  fileferry watch {ids}\n"
            f"  To cancel:       fileferry cancel {ids}"
        )


@contextmanager
def _on(display: Display) -> Iterator[None]:
    display.begin()
    try:
        yield
    finally:
        display.end()
