"""Finds the number of lanes that a destination is served best with, step by step.

One lane more while that brings enough, one lane fewer while that costs little. Whoever is content
stays there, and looks again ever more seldom. What the partner refuses is not tried again for a
while. No I/O: the figures and the time are arguments.
"""

from dataclasses import replace
from datetime import timedelta

from services.transfer.domain import lane_words as words
from services.transfer.domain.lane_refusals import Observed, fall_back
from services.transfer.domain.lane_target import (
    LONGEST_PROBE_SECONDS,
    PROBE_SECONDS,
    Decision,
    LaneTarget,
    Step,
)
from services.transfer.domain.lane_window import Measure, Share
from services.transfer.domain.leases import is_over

WORTH_OF_A_LANE = 0.35  # of what the lanes have on average: less than that, one more is no help
LEAST_GAIN, MOST_GAIN = 0.03, 0.10
MOST_SWING = 0.20
SMOOTHING = 0.3  # the weight of the last window
LONG_LOOK_SECONDS = 6.0  # where the outcome is close
CLOSE = 0.7  # of what was wanted
FAR_OFF = 0.25  # such a change of the rate is none of noise, if it comes twice
FAR_OFF_WINDOWS = 2
SOURCE_BOUND = 0.7  # of the lanes' time, spent in waiting for S3
GOOD_SUCCESS = 0.8
TRY_SECONDS = 60.0  # so long a step may take; workers may be busy with others


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
    if measure is None:
        return target, None
    if _is_close(target, measure):
        return target, None  # a longer look tells more
    window = window.begun(now, settled=True)
    if measure.lanes != target.lanes:  # they come or go just now, or there is work for fewer only
        return replace(target, window=window), None
    if measure.errors and measure.success_rate < GOOD_SUCCESS and target.lanes > 1:
        return fall_back(target, measure, share)
    target = replace(
        target, window=window, source_share=measure.source_share, success_rate=measure.success_rate
    )
    if target.decided_at and (now - target.decided_at).total_seconds() > TRY_SECONDS:
        target = replace(target, step=Step.NONE)
    match target.step:
        case Step.UP:
            return _judge_more(target, measure, limit, share)
        case Step.DOWN:
            return _judge_fewer(target, measure, limit, share)
    return _go_on(_settled(target, measure), measure, limit, share)


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
    )
    return searches, decision


def _judge_more(target: LaneTarget, measure: Measure, limit: int, share: Share) -> Observed:
    rate, before = measure.bytes_per_second, target.before_rate
    if rate >= before * (1 + _worth(target, target.before_lanes)):
        better = replace(_measured(target, measure), more_may_help=True, fewer_may_do=False)
        return _go_on(replace(better, step=Step.NONE), measure, limit, share)
    lanes = target.before_lanes
    why = words.no_help(measure, before, lanes, source_bound=_waits_for_source(measure))
    decision = _decision(target, measure, lanes, why, share)
    back = target.decided(
        decision, step=Step.NONE, more_may_help=False, bytes_per_second=before, far_off=0
    )
    return back, decision


def _judge_fewer(target: LaneTarget, measure: Measure, limit: int, share: Share) -> Observed:
    rate, before = measure.bytes_per_second, target.before_rate
    if rate >= before * (1 - _loss(target)):
        as_good = replace(_measured(target, measure), more_may_help=False, fewer_may_do=True)
        return _go_on(replace(as_good, step=Step.NONE), measure, limit, share)
    lanes = min(target.before_lanes, target.limit_at(share.at, limit))
    why = words.missed(measure, before, lanes)
    decision = _decision(target, measure, lanes, why, share)
    back = target.decided(
        decision,
        step=Step.NONE,
        fewer_may_do=False,
        fewer_first=False,
        bytes_per_second=before,
        far_off=0,
    )
    return back, decision


def _go_on(target: LaneTarget, measure: Measure, limit: int, share: Share) -> Observed:
    """What is tried next, if anything is."""
    now, lanes = share.at, target.lanes
    most = min(target.limit_at(now, limit), max(lanes, target.window.most()))
    up, down = target.more_may_help and lanes < most, target.fewer_may_do and lanes > 1
    if up and not (down and target.fewer_first):
        return _try(target, measure, Step.UP, words.one_more(measure), share)
    if down:
        return _try(target, measure, Step.DOWN, words.one_fewer(measure), share)
    longest = now + timedelta(seconds=LONGEST_PROBE_SECONDS)
    if target.probe_at is None:
        next_at = now + timedelta(seconds=target.probe_seconds)
        why = words.stays(measure, source_bound=_waits_for_source(measure))
        decision = _decision(target, measure, lanes, why, share)
        return target.decided(decision, probe_at=next_at), decision
    if not is_over(target.probe_at, now, longest):
        return target, None
    later = min(LONGEST_PROBE_SECONDS, 2 * target.probe_seconds)
    more = not _waits_for_source(measure)
    again = replace(target, more_may_help=more, fewer_may_do=True, probe_at=None)
    return replace(again, probe_seconds=later), None


def _try(target: LaneTarget, measure: Measure, step: Step, why: str, share: Share) -> Observed:
    lanes = target.lanes + (1 if step is Step.UP else -1)
    decision = _decision(target, measure, lanes, why, share)
    tried = target.decided(
        decision,
        step=step,
        before_lanes=target.lanes,
        before_rate=target.bytes_per_second,
        far_off=0,
    )
    return tried, decision


def _settled(target: LaneTarget, measure: Measure) -> LaneTarget:
    """The rate of a number of lanes that stays. A change that comes twice is one of the line: what
    was found out before does not hold any more."""
    rate, usual = measure.bytes_per_second, target.bytes_per_second
    if usual <= 0:
        return _measured(target, measure)
    off = rate / usual - 1
    if abs(off) <= FAR_OFF:
        swing = target.swing + SMOOTHING * (abs(off) - target.swing)
        smooth = replace(
            target, swing=swing, far_off=0, bytes_per_second=usual + SMOOTHING * off * usual
        )
        return _best(smooth, measure)
    if target.far_off + 1 < FAR_OFF_WINDOWS:
        return replace(target, far_off=target.far_off + 1)
    return replace(
        _measured(target, measure),
        more_may_help=True,
        fewer_may_do=True,
        fewer_first=off < 0,
        probe_at=None,
        probe_seconds=PROBE_SECONDS,
        best_lanes=target.lanes,
        best_rate=rate,
    )


def _measured(target: LaneTarget, measure: Measure) -> LaneTarget:
    return _best(replace(target, bytes_per_second=measure.bytes_per_second, far_off=0), measure)


def _best(target: LaneTarget, measure: Measure) -> LaneTarget:
    if measure.bytes_per_second <= target.best_rate:
        return target
    return replace(target, best_lanes=measure.lanes, best_rate=measure.bytes_per_second)


def _decision(target: LaneTarget, measure: Measure, lanes: int, why: str, share: Share) -> Decision:
    rate, success = measure.bytes_per_second, measure.success_rate
    return Decision(share.at, target.lanes, lanes, rate, success, why)


def _worth(target: LaneTarget, lanes: int) -> float:
    """What one lane more than `lanes` has to bring, as a part of the rate. Less than the rate
    swings by itself tells nothing."""
    worth = min(MOST_GAIN, max(LEAST_GAIN, WORTH_OF_A_LANE / max(1, lanes)))
    return max(worth, min(MOST_SWING, target.swing))


def _is_close(target: LaneTarget, measure: Measure) -> bool:
    """What was tried is about as good as it must be, and noise may have decided that."""
    if target.step is Step.NONE or measure.seconds >= LONG_LOOK_SECONDS or not target.before_rate:
        return False
    gain = measure.bytes_per_second / target.before_rate - 1
    wanted = _worth(target, target.before_lanes) if target.step is Step.UP else -_loss(target)
    return abs(gain - wanted) < CLOSE * abs(wanted)


def _loss(target: LaneTarget) -> float:
    """What one lane fewer may cost."""
    return max(LEAST_GAIN, min(MOST_SWING, target.swing))


def _waits_for_source(measure: Measure) -> bool:
    return measure.source_share >= SOURCE_BOUND
