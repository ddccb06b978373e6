"""How long things took, as counts in buckets that grow by a factor, and quantiles of them.

Buckets of everything that was counted can be added up, whoever counted it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

SHORTEST = 0.05  # seconds; what takes less is in bucket 0
PER_OCTAVE = 8  # a bucket ends 9 % above its beginning
LAST_BUCKET = 212  # begins after 50 days; what takes longer is in it

Buckets = Mapping[int, int]  # by bucket, so many


@dataclass(frozen=True)
class Spread:
    """Of 100 more of the same, 80 are expected from `low` to `high` seconds."""

    low: float
    middle: float
    high: float


def bucket_of(seconds: float) -> int:
    """Clocks that differ make things end before they began: these are in bucket 0."""
    bucket = 0
    while bucket < LAST_BUCKET and seconds >= _end(bucket):
        bucket += 1
    return bucket


def spread_of(buckets: Buckets) -> Spread:
    """Of 9 things at least. The k-th shortest of n has k/(n+1) of what comes next below it,
    whatever the distribution is and however few they are. Low and high are the outer edges of their
    buckets, so that rounding never makes the spread narrower."""
    total = sum(buckets.values())
    low = _at(buckets, floor(0.1 * (total + 1)))
    middle = _at(buckets, round(0.5 * (total + 1)))
    high = _at(buckets, ceil(0.9 * (total + 1)))
    begin = 0.0 if low == 0 else _end(low - 1)
    return Spread(begin, (_end(middle - 1) * _end(middle)) ** 0.5, _end(high))


def _at(buckets: Buckets, place: int) -> int:
    """The bucket of the thing at that place in order, from 1."""
    passed = 0
    for bucket in sorted(buckets):
        passed += buckets[bucket]
        if passed >= place:
            return bucket
    return max(buckets)


def _end(bucket: int) -> float:
    return SHORTEST * float(2 ** (bucket / PER_OCTAVE))
