"""A follower of the double, with a pace that tests have patience for."""

import math
from collections.abc import Callable

from cli.client import Client
from cli.live.board import Board
from cli.live.clock import Clock
from cli.live.follower import Follower
from cli.live.pace import Pace
from cli.live.shown import Shown
from cli.live.timed_rest import TimedRest
from cli.live.watched import Watched
from cli.session.sessions import GivenToken
from tests.doubles.live_server import LiveServer, Mode
from tests.doubles.live_state import LiveState

FAST = Pace(
    tick=0.01,
    heartbeat_moving=0.1,
    heartbeat_quiet=0.2,
    answer_within=0.3,
    open_within=1.0,
    lasting=0.5,
    ask_again_within=0.05,
    ask_gap=0.02,
    poll_gap=0.02,
    call_gap=0.005,
    stream_again=0.3,
    give_up_after=0.5,
    list_again=0.05,
    first_retry=0.01,
    quick_retry=0.05,
    last_retry=0.05,
)
DEADLINE = 10.0  # seconds; nothing here should take one


class Recorder:
    """A display that keeps what it was told, and moves the world at each tick."""

    def __init__(self, move: Callable[[], object] = lambda: None) -> None:
        self._move = move
        self.seen: list[Shown] = []
        self.gone: list[str] = []
        self.notes: list[str] = []

    def begin(self) -> None:
        pass

    def changed(self, shown: Shown) -> None:
        self.seen.append(shown)

    def missing(self, transfer_id: str) -> None:
        self.gone.append(transfer_id)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def tick(self) -> None:
        self._move()

    def end(self) -> None:
        pass


def moving(server: LiveServer, state: LiveState, end: str = "completed") -> Callable[[], None]:
    """Moves the transfer by a tenth at each call, and ends it."""

    def move() -> None:
        with server.lock:
            percent = state.now.percent or 0.0
            if state.now.finished_at:
                if Mode.LOSES_DELTAS in server.modes:
                    server.tell(state)  # what is lost now will never be repaired by a later one
                return
            if percent < 90:
                state.moved(percent + 10)
            else:
                state.ended(end)
            server.tell(state)

    return move


class Watcher:
    def __init__(
        self,
        server: LiveServer,
        watched: Watched,
        move: Callable[[], object] = lambda: None,
        pace: Pace = FAST,
        left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self.clock = Clock()
        self.board = Board(self.clock)
        self.display = Recorder(move)
        self._watched = watched
        self._client = Client(server.url, GivenToken("token"), wait=lambda s: None, repeats=False)
        rest = TimedRest(self._client, left)
        self._follower = Follower(rest, watched, self.board, self.display, self.clock, pace)

    def follow(self, enough: Callable[[], bool] | None = None) -> None:
        """Until all have ended, or `enough`. Fails when that takes too long."""
        began = self.clock.now()

        def over() -> bool:
            assert self.clock.since(began) < DEADLINE, "it hangs"
            if enough is not None:
                return enough()
            return not self.board.unfinished(self._watched.transfers)

        try:
            self._follower.follow(over)
        finally:
            self._client.close()


def never_backwards(watcher: Watcher) -> bool:
    percents = [shown.percent or 0.0 for shown in watcher.display.seen]
    moved = [shown.bytes_done or 0 for shown in watcher.display.seen]
    return percents == sorted(percents) and moved == sorted(moved)
