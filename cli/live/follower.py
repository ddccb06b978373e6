"""Follows transfers until they have ended: by the stream, and by looking where there is none."""

import random
from collections.abc import Callable

from cli.errors import Unreachable
from cli.live.board import Board, Link
from cli.live.clock import Clock
from cli.live.conversation import Conversation
from cli.live.display import Display
from cli.live.hearing import Hearing
from cli.live.known import Known
from cli.live.looks import Looks
from cli.live.pace import Pace
from cli.live.stream import StreamFailed, opened
from cli.live.timed_rest import TimedRest
from cli.live.watched import Watched

BLOCKED_AFTER = 3  # connections in a row that told nothing, while the REST API answers
NEVER_THERE = 3  # first calls that reached nobody
FIRST_LOOKS = 5  # transfers that are looked at while there is no connection
Over = Callable[[], bool]


class Follower:
    """`follow` raises NotSignedIn, NoRight and Unreachable. Lost connections raise nothing."""

    def __init__(
        self,
        rest: TimedRest,
        watched: Watched,
        board: Board,
        display: Display,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._rest, self._watched, self._board, self._display = rest, watched, board, display
        self._clock, self._pace = clock, pace or Pace()
        self._rng = random.Random()  # noqa: S311 - spreads clients, hides nothing
        self._looks = Looks(rest, clock, self._pace)
        known = Known(watched.transfers or None)
        self._hearing = Hearing(watched, board, display, self._looks, known)
        self._failures = self._useless = 0
        self._polling = self._said_polling = self._said_unreachable = False
        self._reached_at = clock.now() if board.shown else None
        self._unreachable: Unreachable | None = None

    def follow(self, over: Over) -> None:
        """Until `over`, which is asked all the time."""
        self._look_first()
        while not over():
            began = self._clock.now()
            try:
                self._converse(over)
            except StreamFailed as failed:
                lasted = self._clock.since(began) >= self._pace.lasting
                self._failed(str(failed), lasted and self._useless == 0)
            except Unreachable as unreachable:
                self._failures += 1
                self._bear(unreachable, over)
            if not over():
                self._look_until_next_try(over)
        if self._reached_at is None and self._unreachable is not None:
            raise self._unreachable

    def _look_first(self) -> None:
        """The REST API answers sooner than a connection comes about, and knows all that there is to
        say of an end. Many transfers are told by the connection as soon. Whether FileFerry can be
        reached is found out there, too."""
        unknown = [each for each in self._watched.transfers if each not in self._board.shown]
        if len(unknown) > FIRST_LOOKS:
            return
        for each in unknown:
            self._looks.ask(each)
        try:
            for _ in unknown:
                self._look(())
        except Unreachable as unreachable:
            self._unreachable = unreachable

    def _converse(self, over: Over) -> None:
        within = self._pace.answer_within if self._polling else self._pace.open_within
        self._useless += 1  # until it has told something
        try:
            with opened(self._rest, within) as stream:
                self._reached()
                talk = Conversation(
                    stream, self._watched, self._hearing.known, self._clock, self._pace
                )
                talk.begin()
                while not over():
                    self._turn(talk)
        except Unreachable:
            self._useless -= 1
            raise

    def _turn(self, talk: Conversation) -> None:
        message = talk.turn(self._board.any_moves())
        if message is not None:
            self._reached()
            self._hearing.take(message)
            if talk.proven:
                self._useless, self._polling = 0, False
                self._board.link = Link.STREAM
        talk.ask_for_missed()
        try:
            self._look(self._hearing.to_look_at(polling=False))
        except Unreachable:
            self._hearing.believe_the_stream()
        self._display.tick()

    def _failed(self, reason: str, was_good: bool) -> None:
        self._failures = 0 if was_good else self._failures + 1
        self._polling = self._polling or self._useless >= BLOCKED_AFTER
        self._board.link = Link.POLLING if self._polling else Link.LOST
        if self._polling and not self._said_polling:
            self._said_polling = True
            self._display.note(
                f"WebSocket connections do not get through ({reason}). Asking every"
                f" {self._pace.poll_gap:.0f} seconds instead."
            )
        if not self._polling:
            for each in self._hearing.to_look_at(polling=True)[:FIRST_LOOKS]:
                self._looks.ask(each)

    def _bear(self, unreachable: Unreachable, over: Over) -> None:
        """A service that was there will come back. One that never answered has a wrong address."""
        self._unreachable = unreachable
        if over():  # a call that was cut short says nothing of a service that was there
            return
        never = self._reached_at is None and self._failures >= NEVER_THERE
        if never or self._silent_for() > self._pace.give_up_after:
            raise unreachable
        self._board.link = Link.LOST
        if not self._said_unreachable:
            self._said_unreachable = True
            self._display.note("FileFerry cannot be reached just now. Trying again.")

    def _look_until_next_try(self, over: Over) -> None:
        backoff = self._pace.backoff(self._failures, self._rng)
        seconds = self._pace.stream_again if self._polling else backoff
        began = self._clock.now()
        while not over() and self._clock.since(began) < seconds:
            try:
                self._list_new()
                self._look(self._hearing.to_look_at(polling=self._polling))
            except Unreachable as unreachable:
                self._bear(unreachable, over)
            self._display.tick()
            left = seconds - self._clock.since(began)
            self._clock.wait(min(self._pace.tick, left))

    def _list_new(self) -> None:
        if self._polling and self._watched.scope:
            for shown in self._looks.list_new(self._watched.scope):
                self._reached()
                self._hearing.listed(shown)

    def _look(self, rotation: tuple[str, ...]) -> None:
        found = self._looks.look(rotation)
        if found is not None:
            self._reached()
            self._hearing.looked(*found)

    def _reached(self) -> None:
        self._reached_at = self._clock.now()
        if self._said_unreachable:
            self._said_unreachable = False
            self._display.note("FileFerry answers again.")
        if self._polling:
            self._board.link = Link.POLLING

    def _silent_for(self) -> float:
        return 0.0 if self._reached_at is None else self._clock.since(self._reached_at)
