"""When figures are too old to show, and how often the REST API is asked."""

from datetime import timedelta
from typing import Any

import pytest

from cli.errors import CommandFailed
from cli.live.board import Board, Link
from cli.live.clock import Clock, Instant
from cli.live.looks import BURST, Looks
from cli.live.pace import Pace
from cli.live.shown import Shown, from_live, from_rest, onward
from tests.doubles.live_rest import view_of
from tests.doubles.live_state import BEGIN, transfer


class SetClock(Clock):
    """Stands still until it is moved. `asleep` moves only the clock on the wall."""

    def __init__(self) -> None:
        self.steady = self.wall = 1_000.0

    def now(self) -> Instant:
        return Instant(self.steady, self.wall)

    def move(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += seconds

    def asleep(self, seconds: float) -> None:
        self.wall += seconds


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def board(clock: SetClock) -> Board:
    board = Board(clock)
    board.link = Link.STREAM
    return board


def stale(board: Board) -> float | None:
    return board.stale_for(board.shown["t-1"])


def test_figures_are_old_after_two_heartbeats(board: Board, clock: SetClock) -> None:
    board.see(from_live(transfer()))
    clock.move(9)
    assert stale(board) is None
    clock.move(3)
    assert stale(board) == 12


def test_figures_that_were_old_when_they_came_are_old(board: Board) -> None:
    board.see(from_live(transfer()), age=25)
    assert stale(board) == 25


def test_a_machine_that_slept_knows_that_time_has_passed(board: Board, clock: SetClock) -> None:
    board.see(from_live(transfer()))
    clock.asleep(3_600)
    assert stale(board) == 3_600


def test_what_does_not_move_is_old_only_without_a_connection(board: Board, clock: SetClock) -> None:
    board.see(from_live(transfer(status="paused", rate_bytes_per_second=None)))
    clock.move(60)
    assert stale(board) is None
    board.link = Link.LOST
    assert stale(board) == 60


def test_what_has_ended_is_never_old(board: Board, clock: SetClock) -> None:
    board.see(from_live(transfer(status="completed", rate_bytes_per_second=None)))
    board.link = Link.LOST
    clock.move(60)
    assert stale(board) is None


def test_the_time_of_the_service_is_the_one_that_it_told(board: Board, clock: SetClock) -> None:
    assert board.service_now() is None
    board.heard(BEGIN)
    clock.move(5)
    assert board.service_now() == BEGIN + timedelta(seconds=5)


def shown(**fields: Any) -> Shown:  # noqa: ANN401
    return from_live(transfer(**fields))


def test_within_a_run_nothing_goes_backwards_and_a_new_run_begins_anew() -> None:
    far = shown(percent=50.0, bytes_done=500)
    assert onward(far, shown(percent=40.0, bytes_done=400)).bytes_done == 500
    again = shown(run=2, percent=0.0)
    assert onward(far, again) == again
    assert onward(again, far) == again


def test_an_end_stays_the_end_of_its_run() -> None:
    ended = shown(status="completed", percent=100.0)
    assert onward(ended, shown(percent=99.0)) == ended
    assert onward(ended, shown(run=2)).status == "moving"


def test_a_state_that_was_seen_earlier_does_not_come_back() -> None:
    earlier = shown(status="requested", seen_at=BEGIN)
    later = shown(status="moving", seen_at=BEGIN + timedelta(seconds=1))
    assert onward(later, earlier).status == "moving"
    assert onward(earlier, later).status == "moving"


def test_what_is_being_cancelled_does_not_move_again_before_it_has_ended() -> None:
    view = view_of(transfer()).model_copy(update={"status": "cancelling"})
    later = shown(seen_at=BEGIN + timedelta(seconds=5))
    assert onward(from_rest(view), later).status == "cancelling"
    assert onward(from_rest(view), shown(status="cancelled")).status == "cancelled"


def test_both_apis_show_the_same_transfer() -> None:
    live = transfer(percent=50.0, bytes_done=500)
    one, other = from_live(live), from_rest(view_of(live))
    for name in ("id", "source", "destination", "status", "run", "percent", "bytes_done"):
        assert getattr(one, name) == getattr(other, name)


class Counted:
    """A REST API that answers with errors for some transfers."""

    base_url = "http://127.0.0.1"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def call(self, method: str, path: str, *, query: Any = None) -> Any:  # noqa: ANN401
        name = path.rpartition("/")[2]
        self.calls.append(name)
        if name.startswith("bad"):
            raise CommandFailed("Too many calls.")
        return view_of(transfer(name)).model_dump(mode="json")


@pytest.mark.parametrize("number", [1, 2, 50, 1_000])
def test_polling_stays_within_a_hundred_calls_a_minute(clock: SetClock, number: int) -> None:
    rest = Counted()
    looks = Looks(rest, clock, Pace())
    rotation = tuple(f"t-{each}" for each in range(number))
    for each in rotation[:100]:
        looks.ask(each)
    for _ in range(240):
        looks.look(rotation)
        clock.move(0.25)
    assert len(rest.calls) <= 60 + BURST
    assert len(set(rest.calls)) == min(number, len(rest.calls))


def test_each_of_a_rotation_has_its_turn(clock: SetClock) -> None:
    rest = Counted()
    looks = Looks(rest, clock, Pace())
    for _ in range(24):
        looks.look(("t-1", "bad", "t-2"))
        clock.move(0.25)
    assert rest.calls == ["t-1", "bad", "t-2", "t-1", "bad", "t-2"]


def test_a_question_that_fails_is_asked_again_and_holds_up_no_other(clock: SetClock) -> None:
    rest = Counted()
    looks = Looks(rest, clock, Pace())
    looks.ask("bad")
    looks.ask("t-1")
    for _ in range(4):
        looks.look(())
    assert rest.calls == ["bad", "t-1", "bad", "bad"]
