"""How many lanes a step adds, and what it tells of the number that is enough."""

from math import ceil

from services.transfer.domain.lane_target import USUAL_BYTES_PER_SECOND, LaneTarget
from services.transfer.domain.lane_window import Measure

IN_PROPORTION = 0.7  # of what each lane moved before: so much brings each lane more


def lanes_more(target: LaneTarget, measure: Measure, *, source_bound: bool) -> int:
    """So many are tried: those that fill a usual line, if each moves as much as one does now.
    Beyond that twice as many as the last time, while they bring as much as those before. Never more
    than there are. Where lanes wait for S3, one tells whether more would help."""
    if target.stride == 1 or (source_bound and not target.stride):
        return 1
    each = measure.bytes_per_second / measure.lanes
    missing = ceil(USUAL_BYTES_PER_SECOND / each) - measure.lanes
    return max(1, min(measure.lanes, missing if missing > 0 else target.stride))


def bring_as_much(target: LaneTarget, measure: Measure) -> bool:
    """Whether the lanes of the last step up brought nearly as much as those before them."""
    added = target.lanes - target.before_lanes
    return _gain(target, measure) >= IN_PROPORTION * added / target.before_lanes


def enough(target: LaneTarget, measure: Measure) -> int:
    """How many lanes would move as much, if each moved what one did before the last step up."""
    return min(target.lanes, ceil(target.before_lanes * (1 + _gain(target, measure))))


def _gain(target: LaneTarget, measure: Measure) -> float:
    return measure.bytes_per_second / target.before_rate - 1
