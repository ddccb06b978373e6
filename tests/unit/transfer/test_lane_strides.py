"""Where each lane more brings as much as those before, several are tried at once."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.transfer.domain.lane_refusals import REFUSED_SECONDS, refuse
from services.transfer.domain.lane_target import Decision
from tests.unit.transfer.lane_line import MB, Curve, Line, to_a_knee

SEARCH_SECONDS = 66
LOSSY = 10 * MB  # of one lane at 50 ms and 0.1 % loss
SOON = 16  # seconds; one lane at a time would have come from 4 to 6 by then


def steps(decisions: Sequence[Decision]) -> list[int]:
    """The numbers of lanes, each once in a row."""
    numbers = [decisions[0].before]
    for each in decisions:
        if each.after != numbers[-1]:
            numbers.append(each.after)
    return numbers


def searched(curve: Curve, limit: int = 9, trip: float | None = 0.05) -> Line:
    return Line(curve, limit, round_trip_seconds=trip).run(SEARCH_SECONDS)


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_on_a_line_that_loses_packets_most_lanes_are_there_soon(noise: float) -> None:
    line = Line(lambda lanes: lanes * LOSSY, 9, noise, round_trip_seconds=0.05).run(SOON)
    assert line.at_work >= 8


def test_lanes_that_fill_a_usual_line_get_one_more_at_a_time() -> None:
    """On one host each lane too many costs what all of them share."""
    fast = {1: 400.0, 2: 450.0, 3: 410.0, 4: 380.0}
    line = searched(lambda lanes: fast[lanes] * MB, limit=4, trip=None)
    assert max(line.seen) == 3
    assert line.target.lanes == 2


def test_a_usual_line_that_is_nearly_full_gets_one_more() -> None:
    """Although the last lane brought as much as those before."""
    line = searched(lambda lanes: min(lanes * 23.0, 114.0) * MB)
    assert steps(line.decisions)[:4] == [4, 6, 5, 4]
    line = searched(lambda lanes: {4: 95.0, 5: 114.0}.get(lanes, 106.0) * MB)
    assert steps(line.decisions) == [4, 5, 6, 5]


def test_on_a_faster_line_than_usual_steps_grow_while_each_lane_brings_as_much() -> None:
    line = searched(lambda lanes: lanes * 36 * MB, limit=24)
    assert steps(line.decisions) == [4, 5, 7, 11, 19, 24]


def test_lanes_that_brought_less_are_followed_by_as_many_as_would_do() -> None:
    line = searched(to_a_knee(5, each=LOSSY))
    assert steps(line.decisions) == [4, 8, 5, 4, 5]
    told = [each.why for each in line.decisions[:2]]
    assert told == [
        "4 lanes move 40.0 MB/s. Do 4 more help?",
        "8 lanes move 50.0 MB/s, which 5 might do as well.",
    ]


def test_where_so_many_would_not_do_each_number_between_is_tried() -> None:
    curve = {4: 40.0, 5: 44.0, 6: 48.0, 7: 54.0, 8: 54.0, 9: 54.0}
    line = searched(lambda lanes: curve[lanes] * MB)
    assert steps(line.decisions) == [4, 8, 6, 8, 7, 6, 7]


def test_after_several_that_were_no_help_one_is_tried() -> None:
    line = searched(to_a_knee(5, each=LOSSY, falls=0.3), limit=16)
    assert steps(line.decisions)[:4] == [4, 8, 4, 5]
    assert line.decisions[1].why == (
        "8 lanes moved 41.0 MB/s and 4 moved 40.0 MB/s: 4 more bring too little."
    )
    assert line.target.lanes == 5
    assert max(line.seen[20:]) <= 6  # never several at once again


def test_after_a_refusal_it_is_one_at_a_time() -> None:
    line = Line(lambda lanes: lanes * LOSSY, limit=9, round_trip_seconds=0.05).run(8)
    assert line.target.lanes == 8
    share = replace(line.share(), lanes=5)
    line.target, decision = refuse(line.target, 5, line.limit, share, at_login=True)
    assert decision is not None
    assert decision.after == 5
    before = len(line.decisions)
    line.run(round(REFUSED_SECONDS) + 10)
    assert line.target.lanes > 5
    assert all(abs(each.after - each.before) <= 1 for each in line.decisions[before:])


def test_a_line_that_changed_is_searched_in_large_steps_again() -> None:
    line = searched(to_a_knee(5, each=LOSSY), limit=16)
    line.curve = lambda lanes: lanes * 20 * MB
    line.run(30)
    assert line.target.lanes >= 10
