"""On a simulated line the number of lanes comes to the best one, and comes down on errors."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.transfer.domain.lane_figures import LaneFigures
from services.transfer.domain.lane_optimizer import observe
from services.transfer.domain.lane_refusals import (
    BROKEN_SECONDS,
    ERRORS_APART_SECONDS,
    REFUSED_SECONDS,
    refuse,
)
from services.transfer.domain.lane_target import LONGEST_PROBE_SECONDS, PROBE_SECONDS, first_target
from services.transfer.domain.lane_window import STALE_SECONDS, Share
from tests.unit.transfer.lane_line import BEGIN, MB, Line, to_a_knee

STEP_SECONDS = 6  # a lane comes within two, settles for one and is measured for two or three
SEARCH_SECONDS = 11 * STEP_SECONDS  # from any number to any other, up to ten
LONGEST_SECONDS = 14 * STEP_SECONDS  # where lanes too many hurt, and each fewer is tried
FEW = settings(max_examples=60, deadline=None)
knees = st.integers(1, 10)


@FEW
@given(
    knee=knees,
    limit=st.integers(1, 12),
    trip=st.sampled_from([None, 0.1]),
    falls=st.sampled_from([0.0, 0.2, 0.5]),
)
def test_it_comes_to_one_of_the_best_within_a_bounded_time_and_never_above_the_limit(
    knee: int, limit: int, trip: float | None, falls: float
) -> None:
    curve = to_a_knee(knee, falls=falls)
    line = Line(curve, limit, round_trip_seconds=trip).run(LONGEST_SECONDS)
    assert abs(line.target.lanes - min(knee, limit)) <= 1
    assert all(1 <= lanes <= limit for lanes in line.seen)
    assert all(each.after <= 2 * each.before for each in line.decisions)
    assert all(before.after == after.before for before, after in pairwise(line.decisions))


@pytest.mark.parametrize(("noise", "kept"), [(0.05, 0.95), (0.15, 0.85), (0.25, 0.75)])
def test_noise_costs_little_on_average(noise: float, kept: float) -> None:
    shares = []
    for seed in range(60):
        knee, rough = 1 + seed % 9, Random(seed)  # noqa: S311 - noise
        curve = to_a_knee(knee, falls=0.2)
        line = Line(curve, limit=10, noise=noise, random=rough).run(2 * SEARCH_SECONDS)
        shares.append(curve(line.target.lanes) / curve(knee))
    assert sum(shares) / len(shares) >= kept


def test_it_begins_with_what_the_round_trip_asks_for() -> None:
    trips = {None: 2, 0.0: 2, 0.02: 2, 0.05: 4, 0.1: 7, 1.0: 12}
    for seconds, lanes in trips.items():
        assert first_target("acme", "here", 12, seconds, BEGIN).lanes == lanes
    assert first_target("acme", "here", 3, 0.1, BEGIN).lanes == 3


def test_it_stays_where_more_do_not_help_and_looks_again_ever_more_seldom() -> None:
    line = Line(to_a_knee(4)).run(round(4 * LONGEST_PROBE_SECONDS))
    ups = [each.at for each in line.decisions if each.after == 5]
    gaps = [(after - before).total_seconds() for before, after in pairwise(ups)]
    assert gaps == sorted(gaps)
    assert gaps[0] >= PROBE_SECONDS
    assert gaps[-1] >= LONGEST_PROBE_SECONDS
    share_at_best = sum(lanes == 4 for lanes in line.seen) / len(line.seen)
    assert share_at_best > 0.95


@pytest.mark.parametrize(("before", "after"), [(2, 7), (7, 2)])
def test_it_follows_a_line_that_changes(before: int, after: int) -> None:
    line = Line(to_a_knee(before)).run(SEARCH_SECONDS)
    assert line.target.lanes == before
    line.curve = to_a_knee(after, each=40 * MB if after > before else 10 * MB, falls=0.3)
    assert abs(line.run(SEARCH_SECONDS).target.lanes - after) <= 1


def test_a_slow_source_gets_no_more_sessions_and_the_sentence_says_so() -> None:
    line = Line(lambda lanes: 60 * MB, source_share=0.9, round_trip_seconds=0.05)
    line.run(SEARCH_SECONDS)
    assert line.target.lanes == 1
    assert "They wait for S3 90% of the time" in line.target.why
    before = max(line.seen)
    assert before <= 5  # one was tried, because S3 may give each stream a rate of its own
    line.run(round(2 * PROBE_SECONDS))
    assert max(line.seen[-round(PROBE_SECONDS) :]) <= 1  # and is not tried again


def test_a_source_that_gives_each_stream_its_own_rate_gets_more() -> None:
    line = Line(to_a_knee(6), source_share=0.9).run(SEARCH_SECONDS)
    assert line.target.lanes == 6


def refused(line: Line, *, at_login: bool) -> None:
    others = line.at_work - 1
    line.now += timedelta(seconds=0.1)
    line.erred(1)
    share = replace(line.share(), lanes=others)
    line.target, decision = refuse(line.target, others, line.limit, share, at_login=at_login)
    if decision is not None:
        line.decisions.append(decision)


def test_a_refused_session_takes_a_lane_at_once_and_is_remembered() -> None:
    line = Line(to_a_knee(9), limit=9).run(round(PROBE_SECONDS))  # before it looks again
    assert line.target.lanes == 9
    refused(line, at_login=True)
    assert line.target.lanes == 8
    assert "let no further session in" in line.target.why
    line.run(round(REFUSED_SECONDS) - 60)
    assert max(line.seen[-round(REFUSED_SECONDS) + 70 :]) <= 8
    line.run(120)
    assert line.target.lanes == 9


def test_one_refusal_takes_one_lane_where_the_limit_was_lowered_since() -> None:
    line = Line(to_a_knee(8), limit=8).run(SEARCH_SECONDS)
    for limit, fewer in {7: 7, 8: 7, 6: 6, 3: 3}.items():
        _, decision = refuse(line.target, 7, limit, line.share(), at_login=True)
        assert decision is not None
        assert (decision.before, decision.after) == (8, fewer)
        assert f"at 8 lanes. At most {fewer} for" in decision.why


def test_a_connection_that_breaks_takes_a_lane_for_a_short_time() -> None:
    line = Line(to_a_knee(4), limit=4).run(SEARCH_SECONDS)
    refused(line, at_login=False)
    assert line.target.lanes == 3
    line.run(round(BROKEN_SECONDS) + 3 * STEP_SECONDS)
    assert line.target.lanes == 4


def test_what_breaks_all_lanes_at_once_costs_one_of_them() -> None:
    line = Line(to_a_knee(8), limit=8).run(SEARCH_SECONDS)
    for _ in range(5):
        refused(line, at_login=False)
    assert line.target.lanes == 7
    line.run(round(ERRORS_APART_SECONDS) + 1)
    refused(line, at_login=False)
    assert line.target.lanes == 6


def test_a_partner_that_is_away_tells_nothing_of_the_number_of_lanes() -> None:
    line = Line(to_a_knee(4), limit=4).run(SEARCH_SECONDS)
    target, decision = refuse(line.target, 0, 4, line.share(), at_login=True)
    assert (target.lanes, decision) == (4, None)


def test_lanes_whose_tries_fail_too_often_get_fewer() -> None:
    line = Line(to_a_knee(4), limit=8).run(SEARCH_SECONDS)
    seen = len(line.decisions)
    line.figures = replace(line.figures, went_well=line.figures.went_well + 2)
    line.erred(2)
    line.run(2 * STEP_SECONDS)
    [first, *_] = line.decisions[seen:]
    assert (first.before, first.after) == (4, 3)
    assert first.success_rate == 0.5
    assert "2 of their last tries failed" in first.why


@pytest.mark.parametrize("jump", [-3_600.0, 3_600.0, -20.0])
def test_a_clock_that_jumps_costs_a_window_and_no_wrong_step(jump: float) -> None:
    line = Line(to_a_knee(4)).run(SEARCH_SECONDS)
    seen = len(line.decisions)
    line.now += timedelta(seconds=jump)
    line.run(2 * STEP_SECONDS)
    assert all(abs(each.bytes_per_second / (80 * MB) - 1) < 0.3 for each in line.decisions[seen:])
    assert abs(line.target.lanes - 4) <= 1


def test_a_bound_by_a_clock_that_is_an_hour_ahead_is_not_believed_for_an_hour() -> None:
    line = Line(to_a_knee(4), limit=4).run(SEARCH_SECONDS)
    ahead = replace(line.share(), at=line.now + timedelta(hours=1))
    target, decision = refuse(line.target, 3, 4, ahead, at_login=True)
    assert decision is not None
    assert target.bound_at(line.now) is None


def test_a_limit_that_is_lowered_holds_at_once() -> None:
    line = Line(to_a_knee(8), limit=8).run(SEARCH_SECONDS)
    line.limit = 3
    line.run(2)
    assert line.target.lanes == 3
    assert "3 lanes at the most" in line.target.why
    line.limit = 8
    line.run(SEARCH_SECONDS)
    assert line.target.lanes == 8


def test_work_for_fewer_lanes_tells_nothing_of_the_target() -> None:
    """The tail of a transfer, or a plan of a few chunks."""
    line = Line(to_a_knee(8), limit=8).run(SEARCH_SECONDS)
    seen = len(line.decisions)
    line.most = 2
    line.run(SEARCH_SECONDS)
    assert (line.target.lanes, len(line.decisions)) == (8, seen)


def test_the_rates_of_several_transfers_add_up() -> None:
    now, moved = BEGIN, 0
    target = first_target("acme", "here", 4, None, now)
    decisions = []
    for _ in range(8):
        now += timedelta(seconds=1)
        moved += round(20 * MB)
        for work in ("a/1", "b/1"):
            share = Share(work, now, 1, 1, 4, LaneFigures(moved))
            target, decision = observe(target, share, 4)
            decisions += [] if decision is None else [decision]
    assert (decisions[0].before, decisions[0].after) == (2, 4)
    assert decisions[0].bytes_per_second == pytest.approx(40 * MB, rel=0.01)
    later = now + timedelta(seconds=STALE_SECONDS + 1)
    assert target.window.fresh(later) == []
