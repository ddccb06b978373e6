"""What the API says of a destination's lanes is true in the state in which it is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.lane_figures import LaneFigures
from services.transfer.domain.lane_optimizer import observe
from services.transfer.domain.lane_refusals import refuse
from services.transfer.domain.lane_target import Decision, LaneTarget, Step, first_target
from services.transfer.domain.lane_window import STALE_SECONDS, Share
from services.transfer.use_cases.show_sessions import show_sessions
from tests.fakes.callers import ANN
from tests.unit.transfer.lane_line import BEGIN, MB, Line, to_a_knee
from tests.unit.transfer.test_adaptive_lanes import a_world

SEARCH_SECONDS = 90


def test_at_the_limit_it_says_who_allows_no_more() -> None:
    line = Line(to_a_knee(8), limit=3).run(SEARCH_SECONDS)
    assert line.target.why == (
        "3 lanes move 60.0 MB/s, and max_sessions or the number of workers allows no more."
    )


def test_a_limit_that_is_raised_is_used_at_once() -> None:
    line = Line(to_a_knee(8), limit=3).run(SEARCH_SECONDS)
    line.limit = 8
    line.run(SEARCH_SECONDS)
    assert line.target.lanes == 8


def test_with_work_for_fewer_it_says_so() -> None:
    line = Line(to_a_knee(8), limit=8, most=3).run(SEARCH_SECONDS)
    assert line.target.why == (
        "3 lanes move 60.0 MB/s, and the transfers under way have work for no more."
    )


def test_after_a_refusal_it_does_not_say_that_it_is_as_good_as_it_gets() -> None:
    line = Line(to_a_knee(8), limit=8).run(SEARCH_SECONDS)
    share = replace(line.share(), lanes=5)
    line.target, decision = refuse(line.target, 5, 8, share, at_login=True)
    assert decision is not None
    line.run(SEARCH_SECONDS)
    assert line.target.why == (
        "5 lanes move 100.0 MB/s, and the partner refused more of late, or broke one off."
    )


def test_a_source_that_more_lanes_were_of_use_to_is_not_blamed_at_the_limit() -> None:
    line = Line(to_a_knee(8), limit=3, source_share=0.9).run(SEARCH_SECONDS)
    assert "would not help" not in line.target.why


def test_one_more_that_brings_a_little_is_not_said_to_be_of_no_help() -> None:
    line = Line(lambda lanes: {1: 90.0, 2: 100.0, 3: 104.0}[lanes] * MB, limit=3).run(30)
    told = [each.why for each in line.decisions if each.before == 3]
    assert told[0] == "3 lanes moved 104.0 MB/s and 2 moved 100.0 MB/s: one more brings too little."


@pytest.mark.parametrize(
    ("limit", "trip", "why"),
    [
        (12, 0.1, "7 lanes to begin with: a round trip takes 100 ms."),
        (3, 0.1, "3 lanes to begin with: a round trip takes 100 ms, and no more are allowed."),
        (
            1,
            None,
            "1 lane to begin with: nothing is known of the line yet, and no more are allowed.",
        ),
    ],
)
def test_the_first_number_is_explained(limit: int, trip: float | None, why: str) -> None:
    assert first_target("acme", "here", limit, trip, BEGIN).why == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"bytes_per_second": 60 * MB}, "3 lanes moved 60.0 MB/s."),
        ({}, "The next one begins with 3 lanes."),
        (
            {"step": Step.UP, "before_lanes": 2},
            "The next one tries 3 lanes in place of 2.",
        ),
        (
            {"step": Step.DOWN, "before_lanes": 4},
            "The next one tries whether 3 lanes would do as well as 4.",
        ),
    ],
)
def test_while_nothing_moves_it_does_not_speak_of_lanes_that_move(
    changes: dict[str, object], why: str
) -> None:
    world = a_world()
    place = world.ports.destinations.read("one").place
    told = Decision(world.clock, 2, 3, 0.0, 1.0, "2 lanes move 40.0 MB/s. Does one more help?")
    first = first_target("one", place, 9, None, world.clock)
    moving = first.window.reported(Share("t/1", world.clock, 3, 3, 9, LaneFigures()))
    known: LaneTarget = replace(first, lanes=3, why=told.why, decisions=1, window=moving)
    world.targets.save(replace(known, **changes), told)  # type: ignore[arg-type]
    assert show_sessions("one", ANN, ports=world.ports).lanes.known.why == told.why
    world.pass_time(STALE_SECONDS + 1)
    shown = show_sessions("one", ANN, ports=world.ports).lanes
    assert shown.known.why == f"No large file moves now. {why}"
    assert shown.decisions == [told]


def test_the_rate_of_a_transfer_that_ended_just_now_is_not_taken_for_nothing() -> None:
    """Its lanes count until its report is old, and nothing is known of what they move."""
    now, moved = BEGIN, 0
    target = first_target("acme", "here", 4, 0.07, now)
    decided: list[Decision] = []
    for second in range(16):
        now += timedelta(seconds=1)
        moved += round(20 * MB)
        for work in ("a/1", "b/1") if second < 3 else ("a/1",):
            lanes = 2 if target.lanes == 4 else 1
            share = Share(work, now, lanes, lanes, 2, LaneFigures(moved))
            target, decision = observe(target, share, 4)
            decided += [] if decision is None else [decision]
    assert [each for each in decided if each.bytes_per_second < 30 * MB] == []
