"""The heart beats beside the work, whatever a beat does. After it was left it never beats again."""

from threading import Event, get_ident
from threading import enumerate as all_threads

import pytest

from services.transfer.adapters.thread_heart import ThreadHeart
from tests.servers.waiting import wait_for
from tests.unit.runtime.conftest import Lines, environment, lines

__all__ = ["environment", "lines"]  # fixtures: telemetry made new, and what it wrote
OFTEN = 0.001  # seconds
NEVER = 3_600.0


def hearts() -> int:
    return sum(1 for thread in all_threads() if thread.name == "heart")


def test_it_beats_again_and_again_while_the_caller_waits() -> None:
    beats: list[int] = []
    with ThreadHeart().beating(lambda: beats.append(get_ident()), OFTEN):
        wait_for(lambda: len(beats) >= 3, "three beats")
    assert get_ident() not in beats
    assert len(set(beats)) == 1


def test_it_does_not_beat_before_its_time_and_is_left_at_once() -> None:
    beats: list[int] = []
    with ThreadHeart().beating(lambda: beats.append(1), NEVER):
        assert hearts() == 1
    assert hearts() == 0
    assert beats == []


def test_leaving_waits_for_the_beat_under_way_and_none_begins_after_it() -> None:
    under_way, leaving, beats = Event(), Event(), list[str]()

    def beat() -> None:
        beats.append("begun")
        under_way.set()
        leaving.wait(timeout=10)
        beats.append("ended")

    with ThreadHeart().beating(beat, OFTEN):
        assert under_way.wait(timeout=10)
        leaving.set()
    assert beats[-1] == "ended"
    assert hearts() == 0  # nobody is there to begin another


def test_what_a_beat_raises_is_logged_and_the_beats_go_on(lines: Lines) -> None:
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        raise ConnectionError(f"beat {len(beats)}")

    with ThreadHeart().beating(beat, OFTEN):
        wait_for(lambda: len(beats) >= 3, "three beats")
    told = [line for line in lines() if line["message"] == "heart beat failed"]
    assert [line["error"] for line in told] == ["ConnectionError"] * len(beats)
    assert "beat 3" in told[2]["exception"]


def test_a_beat_that_hangs_does_not_keep_the_caller_and_is_the_last_one(lines: Lines) -> None:
    begun, go_on, beats = Event(), Event(), list[int]()

    def beat() -> None:
        beats.append(1)
        begun.set()
        go_on.wait(timeout=10)

    with ThreadHeart(leave_seconds=OFTEN).beating(beat, OFTEN):
        assert begun.wait(timeout=10)
    assert [line["message"] for line in lines()] == ["heart beat hangs"]
    go_on.set()
    wait_for(lambda: hearts() == 0, "the end of the beat")
    assert beats == [1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_the_work_raises_goes_on_and_the_heart_stops(error: type[BaseException]) -> None:
    beats: list[int] = []

    def work() -> None:
        with ThreadHeart().beating(lambda: beats.append(1), OFTEN):
            wait_for(lambda: bool(beats), "a beat")
            raise error

    with pytest.raises(error):
        work()
    assert hearts() == 0
