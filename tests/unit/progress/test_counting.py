"""Each ending is counted, and nobody who watches waits for that."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.transfer_events import TransferCompletedV1
from services.progress.domain.ending import EVERYBODY
from services.progress.domain.errors import EndingNotCounted, FiguresBusy
from services.progress.domain_services.ending_of import ending_of
from tests.fakes.live_world import LiveWorld
from tests.unit.progress.stories import NOON, SIZE, Story


@pytest.fixture
def world() -> LiveWorld:
    return LiveWorld()


def counted(world: LiveWorld, whose: str = EVERYBODY) -> dict[str, int]:
    """All figures, without zeros."""
    found: dict[str, int] = {}
    for each in world.figures.of(whose, NOON.date(), NOON.date()):
        for figures in each.hours.values():
            for name, figure in figures.items():
                found[name] = found.get(name, 0) + figure
    return {name: figure for name, figure in found.items() if figure}


def test_a_retry_that_completes_takes_the_failure_back(world: LiveWorld) -> None:
    story = world.story()
    world.hear(story.failed())
    assert counted(world) == {"failed": 1, "reason_no_space": 1}
    world.hear(story.retried())
    assert counted(world) == {"failed": 1, "reason_no_space": 1}
    completed = story.completed()
    world.hear(completed)
    took = completed.data.receipt.finished_at - completed.data.receipt.started_at
    figures = {"completed": 1, "bytes": SIZE, "milliseconds": took / timedelta(milliseconds=1)}
    assert counted(world) == counted(world, "jane") == figures


def test_what_is_no_ending_costs_no_call(world: LiveWorld) -> None:
    story = world.story()
    for event in (story.sample(10), story.delayed(), story.paused(), story.resumed()):
        world.hear(event)
    assert not [name for name in world.calls.counts if name.startswith("figures.")]
    world.hear(story.completed())
    assert world.calls.counts["figures.counted"] == world.calls.counts["figures.count"] == 1


def test_an_ending_that_comes_again_is_not_written_again(world: LiveWorld) -> None:
    story = world.story()
    failed = story.failed()
    for _ in range(3):
        world.hear(failed)
    assert world.calls.counts["figures.count"] == 1


@pytest.mark.parametrize("call", ["figures.counted", "figures.count"])
@pytest.mark.parametrize("error", [FiguresBusy("t-1"), RuntimeError("the table is gone")])
def test_watchers_are_told_although_it_cannot_be_counted(
    world: LiveWorld, call: str, error: Exception
) -> None:
    story = world.story()
    world.settle()
    world.calls.fail(call, error)
    failed = story.failed()
    with pytest.raises(EndingNotCounted) as raised:
        world.hear(failed)
    assert raised.value.alone
    assert raised.value.__cause__ is error
    assert [each.message.transfer_id for each in world.notices.queued] == ["t-1"]  # type: ignore[union-attr]
    world.hear(failed)
    assert counted(world)["failed"] == 1


def test_a_worker_whose_answer_was_lost_counts_once(world: LiveWorld) -> None:
    story = world.story()
    world.calls.lose_answer("figures.count", ConnectionError("reset"))
    failed = story.failed()
    with pytest.raises(EndingNotCounted):
        world.hear(failed)
    world.hear(failed)
    assert counted(world)["failed"] == 1


def test_an_ending_counted_meanwhile_is_taken_back_by_the_newer_one_only(world: LiveWorld) -> None:
    story = world.story()
    failed = story.failed()
    story.retried()
    cancelled = story.cancelled()
    world.calls.before("figures.count", lambda: world.hear(cancelled))
    world.hear(failed)
    assert counted(world) == {"cancelled": 1}


def test_clocks_that_differ_make_no_time_negative() -> None:
    story = Story()
    story.requested()
    story.started()
    fact: Any = story.completed().data
    receipt = fact.receipt.model_copy(update={"finished_at": NOON - timedelta(hours=1)})
    early = fact.model_copy(update={"receipt": receipt})
    assert isinstance(early, TransferCompletedV1)
    assert ending_of(early).milliseconds == 0


@pytest.mark.parametrize("code", ["", "No Space", "x" * 65, "größe"])
def test_a_code_of_another_form_counts_as_other(code: str) -> None:
    assert ending_of(Story().failed(code=code).data).reason == "other"
