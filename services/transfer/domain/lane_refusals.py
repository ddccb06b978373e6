"""Fewer lanes for a destination whose partner refuses them, and no more than that for a while."""

from dataclasses import replace
from datetime import timedelta

from services.transfer.domain import lane_words as words
from services.transfer.domain.lane_target import Decision, LaneTarget, Step
from services.transfer.domain.lane_window import Measure, Share

REFUSED_SECONDS = 600.0  # so long no more sessions than a partner let in are tried
BROKEN_SECONDS = 60.0  # the same after a connection that broke; that has many reasons
ERRORS_APART_SECONDS = 5.0  # what breaks several lanes at once costs one step

Observed = tuple[LaneTarget, Decision | None]


def fall_back(target: LaneTarget, measure: Measure, share: Share) -> Observed:
    """Too many of the lanes' tries failed."""
    lanes = target.lanes - 1
    why = words.too_many_errors(measure, lanes)
    rate, success = measure.bytes_per_second, measure.success_rate
    decision = Decision(share.at, target.lanes, lanes, rate, success, why)
    return _bounded(target, decision, BROKEN_SECONDS), decision


def refuse(
    target: LaneTarget, others: int, limit: int, share: Share, *, at_login: bool
) -> Observed:
    """A lane was refused, or its connection broke, while `others` have a session. One that is alone
    tells nothing of the number. What breaks several lanes at once costs one step. A refused
    login counts from the target: a `limit` that was lowered meanwhile is no second refusal."""
    now = share.at
    target = replace(target, window=target.window.reported(share))
    lanes = target.lanes if at_login else target.within(now, limit)
    if others < 1 or lanes < 2 or _was_refused_just_now(target, share):
        return target, None
    fewer = min(lanes - 1, others, limit) if at_login else lanes - 1
    seconds = REFUSED_SECONDS if at_login else BROKEN_SECONDS
    why = words.refused(lanes, fewer, seconds, at_login=at_login)
    decision = Decision(now, lanes, fewer, target.bytes_per_second, target.success_rate, why)
    return _bounded(target, decision, seconds), decision


def _was_refused_just_now(target: LaneTarget, share: Share) -> bool:
    if target.refused_at is None:
        return False
    return 0 <= (share.at - target.refused_at).total_seconds() < ERRORS_APART_SECONDS


def _bounded(target: LaneTarget, decision: Decision, seconds: float) -> LaneTarget:
    """No more lanes than now for so long. An earlier bound that lasts longer goes on."""
    known = target.bound_at(decision.at)
    until = decision.at + timedelta(seconds=seconds)
    if known is not None and target.bound_until is not None:
        until, seconds = max(until, target.bound_until), max(seconds, target.bound_seconds)
    return target.decided(
        decision,
        step=Step.NONE,
        bound=decision.after,
        bound_until=until,
        bound_seconds=seconds,
        refused_at=decision.at,
        more_may_help=True,  # when the bound is over
        fewer_may_do=False,
        fewer_first=False,
        bytes_per_second=0.0,
        stride=1,
        far_off=0,
        probe_at=None,
        best_lanes=0,  # what cannot be had is nothing to be judged by
        best_rate=0.0,
    )
