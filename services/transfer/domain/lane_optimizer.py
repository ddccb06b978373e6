"""Finds the number of lanes that a destination is served best with, step by step.

Lanes more while they bring enough: several at once while each brings as much as those before, then
one. One lane fewer while that costs little. Whoever is content stays there, and looks again ever
more seldom. What the partner refuses is not tried again for a while. No I/O: the figures and the
time are arguments.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.transfer.domain import lane_words as words
from services.transfer.domain.lane_noise import (
    LONG_LOOK_SECONDS,
    far_off,
    is_too_short,
    look_seconds,
    loss,
    noted,
    rate_of_more,
    smoothed,
    waits_for_another,
    worth,
)
from services.transfer.domain.lane_refusals import Observed, fall_back
from services.transfer.domain.lane_seen import Seen
from services.transfer.domain.lane_stride import bring_as_much, enough, lanes_more
from services.transfer.domain.lane_target import (
    LONGEST_PROBE_SECONDS,
    PROBE_SECONDS,
    Decision,
    LaneTarget,
    Step,
)
from services.transfer.domain.lane_window import Measure, Share
from services.transfer.domain.leases import is_over

GOOD_SUCCESS = 0.8
# What a transfer tried and did not live to judge, the next one judges. Not one of next week.
TRY_SECONDS = 2 * 86_400.0
LOOKS_LEFT = 2  # work for so many has to be left, or whoever is content looks no further


def observe(
    target: LaneTarget, share: Share, limit: int, who_allows: str = words.SOMEBODY_ALLOWS
) -> Observed:
    """With what one transfer's lanes have moved. `limit` is the destination's own, and who allows
    no more is told with it."""
    now = share.at
    window = target.window.reported(share)
    target, lanes = replace(target, window=window), target.within(now, limit)
    if lanes < target.lanes:
        return _limited(target, lanes, share, words.limited(lanes, who_allows))
    measure = window.measure(now)
    if measure is None or (measure.lanes == target.lanes and is_too_short(target, measure)):
        return target, None
    window = window.begun(now, settled=True)
    if measure.lanes != target.lanes:  # they come or go just now, or there is work for fewer only
        return replace(target, window=window), None
    if measure.errors and measure.success_rate < GOOD_SUCCESS and target.lanes > 1:
        return fall_back(target, measure, share)
    target = replace(
        target, window=window, source_share=measure.source_share, success_rate=measure.success_rate
    )
    seen = Seen(measure, share, limit, who_allows)
    if target.step is not Step.NONE and _is_long_ago(target, now):
        return _not_judged(target, seen)
    match target.step:
        case Step.UP:
            return _judge_more(target, seen)
        case Step.DOWN:
            return _judge_fewer(target, seen)
    settled = _settled(target, measure)
    if settled.far_off:  # another window tells more
        return settled, None
    return _go_on(settled, seen)


def _is_long_ago(target: LaneTarget, now: datetime) -> bool:
    at = target.decided_at
    return at is not None and abs((now - at).total_seconds()) > TRY_SECONDS


def _limited(target: LaneTarget, lanes: int, share: Share, why: str) -> Observed:
    """The destination's limit was lowered."""
    rate, success = target.bytes_per_second, target.success_rate
    decision = Decision(share.at, target.lanes, lanes, rate, success, why)
    searches = target.decided(
        decision,
        step=Step.NONE,
        more_may_help=True,
        fewer_may_do=True,
        bytes_per_second=0.0,
        probe_at=None,
        best_lanes=0,
        best_rate=0.0,
    )
    return searches, decision


def _not_judged(target: LaneTarget, seen: Seen) -> Observed:
    """What was measured before the step is too old to judge it."""
    lanes = min(target.before_lanes, target.limit_at(seen.now, seen.limit))
    decision = seen.decision(target, lanes, words.not_judged(target.lanes, lanes))
    anew = replace(target, bytes_per_second=0.0, best_lanes=0, best_rate=0.0)
    return anew.decided(decision, step=Step.NONE, far_off=0), decision


def _judge_more(target: LaneTarget, seen: Seen) -> Observed:
    before, lanes = target.before_rate, target.before_lanes
    if seen.rate >= before * (1 + worth(target, seen.measure)):
        fewer = enough(target, seen.measure) < target.lanes
        better = replace(noted(target, seen.rate), more_may_help=True, fewer_may_do=fewer)
        return _after_more(replace(better, step=Step.NONE, far_off=0), seen)
    added = target.lanes - lanes
    source_bound = seen.waits_for_source
    why = words.no_help(seen.measure, before, lanes, added, source_bound=source_bound)
    decision = seen.decision(target, lanes, why)
    back = target.decided(
        decision,
        step=Step.NONE,
        more_may_help=added > 1,  # a lane too many may cost more than one brings
        stride=1,
        bytes_per_second=before,
        far_off=0,
    )
    return back, decision


def _after_more(target: LaneTarget, seen: Seen) -> Observed:
    """Lanes more helped. Where several brought less than those before, fewer may be enough."""
    added = target.lanes - target.before_lanes
    if target.stride != 1 and bring_as_much(target, seen.measure):
        return _go_on(replace(target, stride=2 * added), seen)
    if added == 1:
        return _go_on(target, seen)
    target, lanes = replace(target, stride=1), enough(target, seen.measure)
    if lanes == target.lanes:
        return _go_on(target, seen)
    return _try(target, seen, lanes, words.so_many_may_do(seen.measure, lanes))


def _judge_fewer(target: LaneTarget, seen: Seen) -> Observed:
    before, most = rate_of_more(target), target.limit_at(seen.now, seen.limit)
    if seen.rate >= before * (1 - loss(target, seen.measure)):
        as_good = replace(noted(target, seen.rate), more_may_help=False, fewer_may_do=True)
        return _go_on(replace(as_good, step=Step.NONE, far_off=0), seen)
    lanes = min(target.before_lanes, most)
    decision = seen.decision(target, lanes, words.missed(seen.measure, before, lanes))
    between = lanes - target.lanes > 1  # one fewer was not tried yet
    back = target.decided(
        decision,
        step=Step.NONE,
        fewer_may_do=between,
        fewer_first=between,
        bytes_per_second=target.before_rate,
        far_off=0,
    )
    return back, decision


def _go_on(target: LaneTarget, seen: Seen) -> Observed:
    """What is tried next, if anything is."""
    now, lanes, measure = seen.now, target.lanes, seen.measure
    most = min(target.limit_at(now, seen.limit), max(lanes, target.window.most()))
    up, down = target.more_may_help and lanes < most, target.fewer_may_do and lanes > 1
    more = lanes_more(target, measure, source_bound=seen.waits_for_source)
    if target.noise is None and not (up and more > 1):
        return target, None  # another window tells more
    if up and not (down and target.fewer_first):
        more = min(more, most - lanes)
        return _try(target, seen, lanes + more, words.do_more_help(measure, more))
    if down:
        return _try(target, seen, lanes - 1, words.one_fewer(measure))
    longest = now + timedelta(seconds=LONGEST_PROBE_SECONDS)
    if target.probe_at is None:
        next_at = now + timedelta(seconds=target.probe_seconds)
        decision = seen.decision(target, lanes, _why_it_stays(target, seen))
        return target.decided(decision, probe_at=next_at), decision
    if not is_over(target.probe_at, now, longest) or not _has_time(target):
        return target, None
    later = min(LONGEST_PROBE_SECONDS, 2 * target.probe_seconds)
    helps = target.more_may_help or not seen.waits_for_source
    again = replace(target, more_may_help=helps, fewer_may_do=True, probe_at=None)
    return _go_on(replace(again, probe_seconds=later), seen)


def _has_time(target: LaneTarget) -> bool:
    """So much is left to move that another look is worth its while."""
    seconds = LOOKS_LEFT * max(LONG_LOOK_SECONDS, look_seconds(target))
    return target.window.left_bytes() >= seconds * target.bytes_per_second


def _why_it_stays(target: LaneTarget, seen: Seen) -> str:
    """Where more may help, something forbids to try."""
    measure, bound = seen.measure, target.bound_at(seen.now)
    if not target.more_may_help:
        return words.stays(measure, source_bound=seen.waits_for_source)
    if bound is not None and bound <= target.lanes and bound < seen.limit:
        return words.stays_below(measure, words.REFUSED_MORE)
    if target.lanes >= seen.limit:
        return words.stays_below(measure, f"{seen.who_allows} no more")
    return words.stays_below(measure, words.NO_WORK_FOR_MORE)


def _try(target: LaneTarget, seen: Seen, lanes: int, why: str) -> Observed:
    decision = seen.decision(target, lanes, why)
    tried = target.decided(
        decision,
        step=Step.UP if lanes > target.lanes else Step.DOWN,
        before_lanes=target.lanes,
        before_rate=target.bytes_per_second,
        far_off=0,
    )
    return tried, decision


def _settled(target: LaneTarget, measure: Measure) -> LaneTarget:
    """The rate of a number of lanes that stays. A change that comes twice is one of the line: what
    was found out before does not hold any more."""
    rate = measure.bytes_per_second
    if target.bytes_per_second <= 0:
        return noted(replace(target, far_off=0), rate)
    side = far_off(target, measure)
    if not side:
        return smoothed(target, measure)
    if side != target.far_off:
        return waits_for_another(target, side, measure)
    return replace(
        target,
        bytes_per_second=rate,
        far_off=0,
        more_may_help=True,
        fewer_may_do=True,
        fewer_first=side < 0,
        stride=0,
        probe_at=None,
        probe_seconds=PROBE_SECONDS,
        best_lanes=target.lanes,
        best_rate=rate,
    )
