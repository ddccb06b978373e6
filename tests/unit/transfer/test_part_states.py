"""The part file on a transfer's record: planned, about to be made, made, given up, left over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import StepSuperseded
from services.transfer.domain.part_file import MAKER_LIFETIME, PartFile
from services.transfer.domain.status import Fact, Status
from services.transfer.domain.strategy import UNKNOWN
from tests.conformance.records import a_transfer, after
from tests.conformance.stores import NOON
from tests.unit.transfer.recording import recorded_anew

PLAN = ChunkPlan(10, 5)
MADE = PartFile("/in/.a.t-1.part", "place", NOON, made=True)
PLANNED = replace(MADE, made=False, opening=False)
LATER = after(5)


def test_a_recorded_part_file_stays_until_its_lane_gives_it_up() -> None:
    first = recorded_anew(a_transfer())
    assert (a_transfer().generation, first.generation) == (0, 1)
    assert recorded_anew(first) == first
    second = recorded_anew(first.start_over(1, LATER))
    assert second.generation == 2
    assert second.known_part.path != first.known_part.path
    assert second.leftovers == ()  # nobody was about to create the first one
    with pytest.raises(StepSuperseded):
        second.opening(1, first.known_part.path, LATER)


def test_a_name_whose_creation_may_be_on_its_way_is_never_used_again() -> None:
    first = recorded_anew(a_transfer())
    opening = first.opening(1, first.known_part.path, LATER)
    with pytest.raises(StepSuperseded):
        opening.opening(1, first.known_part.path, LATER)
    second = recorded_anew(opening.start_over(1, LATER))
    assert second.leftovers == (opening.known_part,)
    assert second.known_part.path != first.known_part.path


def test_a_transfer_begins_once_its_part_file_was_made() -> None:
    first = recorded_anew(a_transfer())
    with pytest.raises(StepSuperseded):  # for another part file
        first.begin(2, 1, "print", LATER)
    made = first.begin(1, 1, "print", LATER)
    assert made.transfer.part_made
    assert made.facts == (Fact.STARTED,)
    assert recorded_anew(made.transfer) == made.transfer
    assert made.transfer.begin(1, 1, "print", LATER).facts == ()  # told once


def test_a_file_that_may_still_be_made_stays_on_record_although_it_was_seen_to_be_gone() -> None:
    unmade = PartFile("/in/.a.t-1.part", "place", NOON)
    left = a_transfer(leftovers=(unmade, replace(MADE, path="/in/.a.t-1-2.part")))
    gone = left.leftovers
    soon = left.removed(dict.fromkeys(gone), NOON + MAKER_LIFETIME - timedelta(seconds=1))
    assert (soon.leftovers, soon.tidy) == ((unmade,), False)
    assert soon.removed(dict.fromkeys(gone), NOON + MAKER_LIFETIME).tidy


def test_a_plan_is_made_anew_only_for_the_part_file_at_hand() -> None:
    moving = a_transfer(status=Status.MOVING, generation=2, part=MADE, plan=PLAN)
    again = moving.replan(2, replace(UNKNOWN, fsync=False))
    assert (again.known_strategy.fsync, again.replanned) == (False, True)
    assert (again.part, again.plan) == (MADE, PLAN)
    with pytest.raises(StepSuperseded):
        moving.replan(1, UNKNOWN)
    with pytest.raises(StepSuperseded):
        moving.start_over(1, LATER)
    assert again.start_over(2, LATER).part is None


def test_a_direct_file_stays_on_record_until_the_next_one_has_its_name() -> None:
    direct = replace(PLANNED, path="/in/a", direct=True, opening=True)
    moving = a_transfer(status=Status.MOVING, generation=1, part=direct)
    assert moving.start_over(1, LATER).leftovers == (direct,)
    made = replace(moving, part=replace(direct, made=True)).start_over(1, LATER)
    assert [each.path for each in made.leftovers] == ["/in/a"]
    again = made.next_part("/in/a", "place", LATER, direct=True)
    recorded = made.record_part(again, PLAN, UNKNOWN)
    assert (recorded.part, recorded.half_file()) == (again, made.leftovers[0])
    assert set(recorded.opening(2, "/in/a", LATER).start_over(2, LATER).left_behind) == {"/in/a"}
    begun = recorded.opening(2, "/in/a", LATER).begin(2, 1, None, LATER).transfer
    assert begun.leftovers == ()  # it is not removed any more


def test_a_half_file_has_its_name_at_its_own_place_only() -> None:
    """The destination leads to another server by now, and there the name is the partner's."""
    half = replace(MADE, path="/in/a", direct=True)
    moving = a_transfer(status=Status.MOVING, generation=1, leftovers=(half,))
    for place, found in ((half.place, half), ("another", None)):
        part = moving.next_part("/in/a", place, LATER, direct=True)
        fresh = moving.record_part(part, PLAN, UNKNOWN)
        assert fresh.half_file() == found
        begun = fresh.opening(2, "/in/a", LATER).begin(2, 1, None, LATER).transfer
        assert bool(begun.leftovers) is (found is None)


def test_what_has_the_targets_name_after_the_end_is_nobodys() -> None:
    half = replace(MADE, path="/in/a", direct=True)
    failed = a_transfer(status=Status.FAILED, generation=1, leftovers=(half, MADE))
    assert failed.retry(LATER, "ann", go_on=False).transfer.leftovers == (MADE,)
