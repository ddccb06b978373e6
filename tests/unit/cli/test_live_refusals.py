"""What a follower does where there is nothing to follow: outages, sessions, rights, lists."""

import random
from dataclasses import replace

import pytest

from cli.errors import NoRight, NotSignedIn, Unreachable
from cli.live.follower import NEVER_THERE
from cli.live.pace import Pace
from cli.live.watched import Watched
from tests.doubles.live_server import LiveServer, Mode, served
from tests.doubles.live_state import LiveState, transfer
from tests.unit.cli.watchers import FAST, Watcher, moving, never_backwards

PATIENT = replace(FAST, answer_within=30.0)  # 230 transfers at once take a busy machine a while


def test_a_service_that_is_away_for_a_while_is_waited_for() -> None:
    with served(LiveServer()) as server:
        state = server.add(LiveState(transfer()))
        move = moving(server, state)

        def go_away_once() -> None:
            if state.now.percent == 50 and not server.counts["away"]:
                server.counts["away"] = 1
                server.modes.add(Mode.REST_DOWN)
                server.cut()
            if watcher.display.notes:
                server.modes.clear()
            if not server.counts["away"] or watcher.display.notes:
                move()

        watcher = Watcher(server, Watched(("t-1",)), go_away_once)
        watcher.follow()
    assert watcher.display.notes == [
        "FileFerry cannot be reached just now. Trying again.",
        "FileFerry answers again.",
    ]
    assert never_backwards(watcher)


def test_a_service_that_does_not_come_back_is_given_up() -> None:
    with served(LiveServer()) as server:
        server.add(LiveState(transfer()))

        def go_away() -> None:
            server.modes.add(Mode.REST_DOWN)
            server.cut()

        watcher = Watcher(server, Watched(("t-1",)), go_away)
        with pytest.raises(Unreachable):
            watcher.follow()


def test_a_service_that_never_answered_is_not_waited_for() -> None:
    with served(LiveServer(Mode.REST_DOWN)) as server:
        with pytest.raises(Unreachable):
            Watcher(server, Watched(("t-1",))).follow()
        assert server.counts["POST /api/ws-ticket"] == NEVER_THERE


@pytest.mark.parametrize("failures", range(100))
def test_a_short_outage_is_over_within_two_seconds_and_a_long_one_brings_no_storm(
    failures: int,
) -> None:
    pace = Pace()
    wait = pace.backoff(failures, random.Random(failures))  # noqa: S311 - the same each time
    if failures <= pace.quick_retries:
        assert 0.1 <= wait <= 1.5
    else:
        assert 5 <= wait <= 10


def test_a_session_that_is_over_ends_it() -> None:
    with served(LiveServer()) as server:
        server.add(LiveState(transfer()))

        def log_out() -> None:
            server.modes.add(Mode.SESSION_OVER)
            server.cut()

        with pytest.raises(NotSignedIn):
            Watcher(server, Watched(("t-1",)), log_out).follow()


def test_what_nobody_knows_is_missing_and_the_others_go_on() -> None:
    with served(LiveServer()) as server:
        state = server.add(LiveState(transfer()))
        watcher = Watcher(server, Watched(("t-9", "t-1")), moving(server, state))
        watcher.follow()
    assert watcher.board.missing == ("t-9",)
    assert watcher.display.gone == ["t-9"]
    assert watcher.board.shown["t-1"].status == "completed"


def test_more_transfers_than_one_message_may_name_are_all_watched() -> None:
    names = tuple(f"t-{number}" for number in range(230))
    with served(LiveServer()) as server:
        for each in names:
            server.add(LiveState(transfer(each))).ended("completed")
        watcher = Watcher(server, Watched(names), pace=PATIENT)
        watcher.follow()
    assert server.counts["subscribe"] == 3
    assert server.counts["calls"] == 1  # the ticket


@pytest.mark.parametrize("mode", [None, Mode.BLOCKED, Mode.CUT])
def test_a_list_shows_what_is_in_it(mode: Mode | None) -> None:
    with served(LiveServer(*([mode] if mode else []))) as server:
        for number in range(3):
            server.add(LiveState(transfer(f"t-{number}")))
        watcher = Watcher(server, Watched(scope="mine"))
        watcher.follow(enough=lambda: len(watcher.board.shown) == 3)
    assert set(watcher.board.shown) == {"t-0", "t-1", "t-2"}


def test_a_list_that_one_may_not_see_is_refused() -> None:
    with served(LiveServer(Mode.REFUSES_ALL)) as server, pytest.raises(NoRight) as refused:
        Watcher(server, Watched(scope="all")).follow(enough=lambda: False)
    assert "operators" in str(refused.value)


def test_transfers_that_the_stream_refuses_are_looked_at_and_it_is_said_once() -> None:
    with served(LiveServer(Mode.REFUSES_MANY)) as server:
        state = server.add(LiveState(transfer()))
        move = moving(server, state)
        watcher = Watcher(server, Watched(("t-1",)), lambda: watcher.display.seen and move())
        watcher.follow()
    assert watcher.display.notes == ["A connection subscribes at most 10 times in 10 s."]


def test_a_list_that_is_refused_for_a_while_is_asked_for_again() -> None:
    with served(LiveServer(Mode.REFUSES_MANY)) as server:
        server.add(LiveState(transfer()))

        def let_in() -> None:
            if server.counts["subscribe"] == 2:
                server.modes.clear()

        watcher = Watcher(server, Watched(scope="mine"), let_in)
        watcher.follow(enough=lambda: bool(watcher.board.shown))
    assert server.counts["subscribe"] >= 2
