"""Heart beats beside the work, whatever a beat does. After it was left it never beats again."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from services.transfer.adapters.thread_heart import ThreadHeart
from services.transfer.domain.ports import Heart
from tests.fakes.calls import Calls
from tests.servers.waiting import wait_for

EVERY_SECONDS = 0.001
ENOUGH = 100  # beats' worth of the fake's time


@dataclass
class Beating:
    port: Heart
    wait: Callable[[Callable[[], bool]], object]  # as a worker does that waits for the outside


def in_memory() -> Beating:
    calls = Calls(lambda _: None)

    def wait(met: Callable[[], bool]) -> None:
        for _ in range(ENOUGH):
            if met():
                return
            calls.pass_time(EVERY_SECONDS)
        raise AssertionError("it never came to that")

    return Beating(calls, wait)


@pytest.fixture(params=["in_memory", "thread"])
def heart(request: pytest.FixtureRequest) -> Beating:
    if request.param == "in_memory":
        return in_memory()
    return Beating(ThreadHeart(), lambda met: wait_for(met, "the beats"))


def test_it_beats_again_and_again_while_the_worker_waits(heart: Beating) -> None:
    beats: list[int] = []
    with heart.port.beating(lambda: beats.append(1), EVERY_SECONDS):
        heart.wait(lambda: len(beats) >= 3)


def test_it_goes_on_after_a_beat_that_failed(heart: Beating) -> None:
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        raise ConnectionError("the table does not answer")

    with heart.port.beating(beat, EVERY_SECONDS):
        heart.wait(lambda: len(beats) >= 3)


def test_no_beat_comes_after_it_was_left_and_it_can_be_entered_again(heart: Beating) -> None:
    first: list[int] = []
    second: list[int] = []
    with heart.port.beating(lambda: first.append(1), EVERY_SECONDS):
        heart.wait(lambda: bool(first))
    count = len(first)
    with heart.port.beating(lambda: second.append(1), EVERY_SECONDS):
        heart.wait(lambda: len(second) >= 3)
    assert len(first) == count


def test_two_beat_side_by_side(heart: Beating) -> None:
    outer: list[int] = []
    inner: list[int] = []
    with heart.port.beating(lambda: outer.append(1), EVERY_SECONDS):
        with heart.port.beating(lambda: inner.append(1), EVERY_SECONDS):
            heart.wait(lambda: len(inner) >= 3)
        count = len(outer)
        heart.wait(lambda: len(outer) > count)
