"""The check of a transfer's events tells the first that cannot be, and lets arrival be as it is."""

import random

import pytest

from contracts.catalogue import CATALOGUE
from contracts.sequences import DIAGRAM, SequenceBroken, Standing, check_sequence, diagram
from tests.contract.told import Told, told

GOOD = (
    ("Requested",),
    ("Requested", "Started", "Completed"),
    ("Requested", "Paused", "Resumed", "Started", "Paused", "Completed"),
    ("Requested", "Paused", "Cancelled"),
    ("Requested", "Failed", "Requested", "Failed", "Requested", "Started", "Cancelled"),
    ("Requested", "Started", "Failed", "Requested", "Completed"),
    ("Requested", "Started", "Paused", "Resumed", "Failed"),
    ("Requested", "Delayed", "Delayed", "Started", "Delayed", "Completed"),
    ("Requested", "Failed", "Requested", "Delayed", "Paused", "Cancelled"),
    ("Requested", "Started", "Paused", "Delayed", "Completed"),
    ("Requested", "Started", "Failed", "Requested", "Paused", "Delayed", "Completed"),
)
BAD = (
    (("Started",), "unknown"),
    (("Requested", "Resumed"), "waiting"),
    (("Requested", "Paused", "Started"), "held"),
    (("Requested", "Started", "Started"), "moving"),
    (("Requested", "Started", "Paused", "Started"), "paused"),
    (("Requested", "Started", "Paused", "Paused"), "paused"),
    (("Requested", "Started", "Completed", "Failed"), "completed"),
    (("Requested", "Cancelled", "Requested"), "cancelled"),
    (("Requested", "Failed", "Started"), "failed"),
    (("Requested", "Requested"), "waiting"),
    (("Delayed",), "unknown"),
    (("Requested", "Failed", "Delayed"), "failed"),
    (("Requested", "Started", "Completed", "Delayed"), "completed"),
    (("Requested", "Delayed", "Completed"), "no run was ever started"),
    (("Requested", "Completed"), "no run was ever started"),
    (("Requested", "Failed", "Requested", "Completed"), "no run was ever started"),
)


@pytest.mark.parametrize("names", GOOD, ids=" ".join)
def test_a_story_that_can_be_is_let_pass_in_any_order_and_twice(names: tuple[str, ...]) -> None:
    events = told(*names)
    check_sequence(events)
    arrived = [*events, *events]
    random.Random(7).shuffle(arrived)  # noqa: S311 - an order, not a secret
    check_sequence(arrived)


@pytest.mark.parametrize(("names", "why"), BAD, ids=lambda each: " ".join(each))
def test_a_story_that_cannot_be_is_refused_by_its_last_event(
    names: tuple[str, ...], why: str
) -> None:
    events = told(*names)
    check_sequence(events[:-1])
    with pytest.raises(SequenceBroken, match=rf"Transfer{names[-1]} .*{why}") as refused:
        check_sequence(reversed(events))
    last = events[-1].data
    assert (refused.value.transfer_id, refused.value.sequence) == ("t-1", last.sequence)


def test_two_events_cannot_have_one_sequence() -> None:
    log = Told()
    events = [log.event("Requested"), log.event("Started", sequence=log.sequence)]
    with pytest.raises(SequenceBroken, match="not newer than the one before"):
        check_sequence(events)


@pytest.mark.parametrize("run", [1, 3])
def test_a_retry_is_the_next_run(run: int) -> None:
    log = Told()
    events = [log.event("Requested"), log.event("Failed"), log.event("Requested", run=run)]
    with pytest.raises(SequenceBroken, match="should be of run 2"):
        check_sequence(events)


def test_the_first_run_has_number_1() -> None:
    with pytest.raises(SequenceBroken, match="should be of run 1"):
        check_sequence([Told().event("Requested", run=2)])


def test_an_event_of_an_earlier_run_does_not_end_a_later_one() -> None:
    log = Told()
    events = [log.event("Requested"), log.event("Failed"), log.event("Requested", run=2)]
    with pytest.raises(SequenceBroken, match="should be of run 2"):
        check_sequence([*events, log.event("Failed", run=1)])


def test_progress_may_come_at_any_time() -> None:
    log = Told()
    events = [log.event("Requested"), log.event("Started"), log.event("Completed")]
    check_sequence([*events, log.event("Progressed", sequence=2), log.event("Progressed")])


def test_each_transfer_has_a_sequence_of_its_own() -> None:
    one, other = told("Requested", "Started"), told("Requested", "Failed", transfer_id="t-2")
    check_sequence([*one, *other])
    with pytest.raises(SequenceBroken, match=r"t-2"):
        check_sequence([*one, other[1]])


def test_every_event_of_a_transfer_but_progress_is_in_the_diagram() -> None:
    drawn = {kind for following in DIAGRAM.values() for kind in following}
    facts = {spec.model for spec in CATALOGUE if spec.producer == "transfer"}
    assert {each.__name__ for each in facts - drawn} == {"TransferProgressedV1"}
    assert set(DIAGRAM) == set(Standing)


def test_the_picture_shows_every_arrow_once() -> None:
    arrows = [line.strip() for line in diagram().splitlines()[1:]]
    assert len(arrows) == len(set(arrows))
    assert "paused --> moving: TransferResumed" in arrows
    assert "failed --> waiting: TransferRequested, run + 1" in arrows
    ends = [line for line in arrows if line.endswith("--> [*]")]
    assert ends == ["completed --> [*]", "cancelled --> [*]"]
    assert len(arrows) == sum(map(len, DIAGRAM.values())) + len(ends)
