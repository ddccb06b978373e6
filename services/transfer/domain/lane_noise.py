"""How much a destination's rate changes by itself, and what a change tells because of that."""

from dataclasses import replace
from math import sqrt

from services.transfer.domain.lane_target import LaneTarget, Step
from services.transfer.domain.lane_window import LONGEST_SECONDS, Measure

SMOOTHING = 0.3  # the weight of the last window
WORTH_OF_A_LANE = 0.35  # of what the lanes have on average: less than that, one more is no help
LEAST_GAIN, MOST_GAIN = 0.03, 0.10
MOST_LOSS = 0.06  # one lane fewer never costs more, however rough the line is
PRECISE = 0.04  # so far a window is off, on average, if it is as long as the noise asks for
LONG_LOOK_SECONDS = 6.0  # where the outcome is close
CLOSE = 0.7  # of what was wanted
FAR_OFF = 0.25  # such a change of the rate is none of noise, if it comes twice
FAR_OFF_NOISES = 3.0  # the same on a rough line, in what windows are off there on average


def look_seconds(target: LaneTarget) -> float:
    """How long a window has to be, so that its rate tells more of the lanes than of the noise."""
    return min(LONGEST_SECONDS, ((target.noise or 0.0) / PRECISE) ** 2)


def worth(target: LaneTarget, measure: Measure) -> float:
    """What one lane more has to bring, as a part of the rate before."""
    least = min(MOST_GAIN, max(LEAST_GAIN, WORTH_OF_A_LANE / max(1, target.before_lanes)))
    return max(least, min(MOST_GAIN, _average(target, measure)))


def loss(target: LaneTarget, measure: Measure) -> float:
    """What one lane fewer may cost."""
    return max(LEAST_GAIN, min(MOST_LOSS, _average(target, measure)))


def rate_of_more(target: LaneTarget) -> float:
    """What one lane fewer is judged by: what the lanes before it moved, or more of them. Judged by
    the step before alone, many steps that cost little each would cost much."""
    best = target.best_rate if target.best_lanes > target.lanes else 0.0
    return max(target.before_rate, best)


def is_too_short(target: LaneTarget, measure: Measure) -> bool:
    """A longer look tells more: on a rough line, and where what is tried is about as good as it
    must be."""
    if measure.seconds < look_seconds(target):
        return True
    if target.step is Step.NONE or measure.seconds >= LONG_LOOK_SECONDS:
        return False
    if target.step is Step.UP:
        before, wanted = target.before_rate, worth(target, measure)
    else:
        before, wanted = rate_of_more(target), -loss(target, measure)
    if before <= 0:
        return False
    return abs(measure.bytes_per_second / before - 1 - wanted) < CLOSE * abs(wanted)


def far_off(target: LaneTarget, measure: Measure) -> int:
    """1 where it is far above what is usual, -1 where it is far below."""
    off, far = _off(target, measure), max(FAR_OFF, FAR_OFF_NOISES * _average(target, measure))
    return (off > far) - (off < -far)


def waits_for_another(target: LaneTarget, side: int, measure: Measure) -> LaneTarget:
    """The first window that is far off. One that was far off on the other side was noise."""
    noisy = _noisier(target, FAR_OFF, measure) if target.far_off else target
    return replace(noisy, far_off=side)


def smoothed(target: LaneTarget, measure: Measure) -> LaneTarget:
    """With one more window of the same number of lanes. The best rate changes with the line. The
    very first window is forgotten: a line is slower or faster while it begins."""
    off = _off(target, measure)
    change = 1 + off * (1 if target.noise is None else SMOOTHING)
    noisy = _noisier(target, abs(off), measure)
    if target.far_off:  # the window before was so far off by itself
        noisy = _noisier(noisy, FAR_OFF, measure)
    rate, best = target.bytes_per_second * change, target.best_rate * change
    return noted(replace(noisy, far_off=0, best_rate=best), rate)


def noted(target: LaneTarget, rate: float) -> LaneTarget:
    """With the rate of the lanes that it has now. It is the best one, if no number had a better."""
    known = replace(target, bytes_per_second=rate)
    if target.lanes != target.best_lanes and rate <= target.best_rate:
        return known
    return replace(known, best_lanes=target.lanes, best_rate=rate)


def _noisier(target: LaneTarget, off: float, measure: Measure) -> LaneTarget:
    """Noise averages out with the root of the time."""
    noise = off * sqrt(measure.seconds)
    known = target.noise or 0.0
    return replace(target, noise=known + SMOOTHING * (noise - known))


def _off(target: LaneTarget, measure: Measure) -> float:
    return measure.bytes_per_second / target.bytes_per_second - 1


def _average(target: LaneTarget, measure: Measure) -> float:
    return (target.noise or 0.0) / sqrt(measure.seconds)
