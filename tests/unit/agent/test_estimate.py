"""What earlier transfers say of the next one, and whether that comes true."""

import math
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.domain.histogram import LAST_BUCKET, bucket_of, spread_of
from services.agent.domain.outcome import (
    ENOUGH,
    ENOUGH_OF_HOUR,
    LAST_CLASS,
    Learned,
    Slot,
    Tally,
    size_class,
    size_words,
)

MIB = 2**20
SIZE = 5 * MIB  # class 4


def learned(*told: tuple[Slot, list[float], int]) -> Learned:
    """From times of completed ones, and how many failed."""
    return Learned({s: Tally(Counter(map(bucket_of, took)), bad) for s, took, bad in told}, 90)


def slot(hour: int = 9, size: int = 4, many: bool = False) -> Slot:
    return Slot(many, size, hour)


# --- buckets and classes -------------------------------------------------------------------------


@given(st.floats(0.05, 4_000_000))
def test_a_time_lies_in_its_bucket(seconds: float) -> None:
    bucket = bucket_of(seconds)
    ten = spread_of({bucket: 10})
    assert ten.low <= seconds * (1 + 1e-9)
    assert seconds <= ten.high * (1 + 1e-9)
    assert ten.high / ten.low == pytest.approx(2 ** (1 / 8)) or bucket == LAST_BUCKET


def test_the_longest_and_the_shortest_have_buckets() -> None:
    assert [bucket_of(each) for each in (-5, 0, 0.01, math.inf)] == [0, 0, 0, LAST_BUCKET]


@pytest.mark.parametrize(
    ("size_bytes", "size", "words"),
    [
        (0, 0, "less than 64 KiB"),
        (65_535, 0, "less than 64 KiB"),
        (65_536, 1, "64 KiB to 256 KiB"),
        (5 * MIB, 4, "4 MiB to 16 MiB"),
        (2**40, 13, "1 TiB to 4 TiB"),
        (2**60, LAST_CLASS, "4 TiB or more"),
    ],
)
def test_sizes_have_classes(size_bytes: int, size: int, words: str) -> None:
    assert (size_class(size_bytes), size_words(size)) == (size, words)


# --- which pool ----------------------------------------------------------------------------------


def test_the_hour_counts_alone_when_enough_is_known_of_it() -> None:
    night = (slot(2), [100.0] * ENOUGH_OF_HOUR, 0)
    day = (slot(14), [10.0] * 500, 0)
    at_night = learned(night, day).estimate(SIZE, 2)
    assert at_night.seconds == pytest.approx(100, rel=0.1)
    assert at_night.counted == ENOUGH_OF_HOUR
    assert "between 02:00 and 02:59 UTC" in at_night.basis


def test_with_less_all_hours_count() -> None:
    night = (slot(2), [100.0] * (ENOUGH_OF_HOUR - 1), 0)
    found = learned(night, (slot(14), [10.0] * 500, 3)).estimate(SIZE, 2)
    assert found.seconds == pytest.approx(10, rel=0.1)
    assert found.counted == 500 + 3 + ENOUGH_OF_HOUR - 1
    assert "UTC" not in found.basis
    assert "4 MiB to 16 MiB" in found.basis


def test_another_size_is_allowed_for_on_both_sides() -> None:
    """The time of a larger file is between the same time and one in proportion to the size."""
    found = learned((slot(size=3), [10.0] * 50, 0)).estimate(8 * MIB, 9)
    assert found.low_seconds is not None
    assert found.high_seconds is not None
    assert found.low_seconds == pytest.approx(10, rel=0.1)
    assert found.high_seconds == pytest.approx(10 * 8, rel=0.1)
    assert found.seconds is not None
    assert 10 < found.seconds < 80
    smaller = learned((slot(size=5), [40.0] * 50, 0)).estimate(SIZE, 9)
    assert smaller.low_seconds is not None
    assert smaller.high_seconds is not None
    assert smaller.low_seconds == pytest.approx(40 * 5 / 64, rel=0.1)
    assert smaller.high_seconds == pytest.approx(40, rel=0.1)


@pytest.mark.parametrize("size", [0, 1, 7, 8])
def test_a_size_too_far_away_says_nothing(size: int) -> None:
    found = learned((slot(size=size), [10.0] * 500, 0)).estimate(SIZE, 9)
    assert (found.seconds, found.low_seconds, found.high_seconds) == (None, None, None)
    assert found.counted == 500
    assert found.success_percent is not None


def test_the_smallest_files_say_nothing_of_larger_ones() -> None:
    """Their time is all beginning and end: nobody knows their rate."""
    assert learned((slot(size=0), [1.0] * 500, 0)).estimate(100_000, 9).seconds is None


def test_one_file_and_many_are_not_the_same() -> None:
    many = learned((slot(many=True), [500.0] * 50, 0))
    assert many.estimate(SIZE, 9).seconds is None
    found = many.estimate(SIZE, 9, many=True)
    assert found.seconds == pytest.approx(500, rel=0.1)
    assert "many files" in found.basis


def test_too_few_say_nothing() -> None:
    few = learned((slot(), [10.0] * (ENOUGH - 1), 0)).estimate(SIZE, 9)
    assert few.seconds is few.low_seconds is few.high_seconds is few.success_percent is None
    assert few.counted == ENOUGH - 1
    assert "too few" in few.basis
    assert learned().estimate(SIZE, 9).counted == 0


def test_a_file_without_a_byte_takes_time() -> None:
    found = learned((slot(size=1), [10.0] * 50, 0)).estimate(0, 9)
    assert found.low_seconds is not None
    assert found.low_seconds > 0


def test_the_spread_of_ten_holds_80_of_100_too() -> None:
    random, within = Random(1), 0  # noqa: S311 - no secret
    for _ in range(1_000):
        *ten, following = (random.lognormvariate(3, 0.5) for _ in range(11))
        spread = spread_of(Counter(map(bucket_of, ten)))
        within += spread.low <= following <= spread.high
    assert 780 <= within <= 880


# --- success -------------------------------------------------------------------------------------


def test_nothing_is_sure() -> None:
    all_good = learned((slot(), [10.0] * 1_000, 0)).estimate(SIZE, 9).success_percent
    all_bad = learned((slot(), [], 1_000)).estimate(SIZE, 9).success_percent
    assert all_good is not None
    assert 99.8 < all_good < 100
    assert all_bad is not None
    assert 0 < all_bad < 0.2


def test_failures_of_this_size_weigh_more_than_successes_of_others() -> None:
    found = learned((slot(size=2), [1.0] * 500, 0), (slot(), [9.0], 200))
    large, small = found.estimate(SIZE, 9), found.estimate(MIB // 2, 9)
    assert large.success_percent is not None
    assert large.success_percent < 10
    assert small.success_percent is not None
    assert small.success_percent > 95


# --- does it come true ---------------------------------------------------------------------------


def history(random: Random, count: int) -> list[tuple[Slot, int, float, bool]]:
    """Slot, size, seconds and success of transfers to a partner: a beginning, a rate that is worse
    by day, noise with a long tail, and failures that large files have more often."""
    found = []
    rate, beginning = random.uniform(1, 50) * MIB, random.uniform(0.5, 5)
    noise, fails = random.uniform(0.1, 0.8), random.uniform(0, 0.2)
    for _ in range(count):
        size_bytes = int(2 ** random.uniform(20, 30))
        hour = random.choice([2, 3, 9, 10, 14])
        by_day = 3 if 8 <= hour < 18 else 1
        seconds = (beginning + by_day * size_bytes / rate) * random.lognormvariate(0, noise)
        size = size_class(size_bytes)
        good = random.random() > fails * size / LAST_CLASS * 2
        found.append((Slot(False, size, hour), size_bytes, seconds, good))
    return found


def learn(past: list[tuple[Slot, int, float, bool]]) -> Learned:
    took: dict[Slot, Counter[int]] = {}
    failed = Counter(where for where, _, _, good in past if not good)
    for where, _, seconds, good in past:
        if good:
            took.setdefault(where, Counter())[bucket_of(seconds)] += 1
    slots = took.keys() | failed.keys()
    return Learned({each: Tally(took.get(each, {}), failed[each]) for each in slots}, 90)


@pytest.mark.parametrize(
    ("count", "least", "most"), [(60, 0.76, 0.92), (300, 0.77, 0.86), (1_500, 0.77, 0.86)]
)
def test_about_80_of_100_lie_within_the_spread(count: int, least: float, most: float) -> None:
    """Of 40 partners with a history of so many transfers. With few, other sizes have to help, and
    then the spread is wider than it needs to be."""
    random, within, told = Random(count), 0, 0  # noqa: S311 - no secret
    for _ in range(40):
        transfers = history(random, count + 40)
        found = learn(transfers[:count])
        for where, size_bytes, seconds, good in transfers[count:]:
            estimate = found.estimate(size_bytes, where.hour)
            if good and estimate.low_seconds is not None and estimate.high_seconds is not None:
                told += 1
                within += estimate.low_seconds <= seconds <= estimate.high_seconds
    assert told > 700
    assert least <= within / told <= most, within / told


def test_the_middle_is_as_often_too_long_as_too_short() -> None:
    random, longer, told = Random(7), 0, 0  # noqa: S311 - no secret
    for _ in range(40):
        transfers = history(random, 1_040)
        found = learn(transfers[:1_000])
        for where, size_bytes, seconds, _ in transfers[1_000:]:
            estimate = found.estimate(size_bytes, where.hour)
            assert estimate.seconds is not None
            told, longer = told + 1, longer + (seconds > estimate.seconds)
    assert 0.46 <= longer / told <= 0.54, longer / told


def test_of_those_with_a_probability_so_many_succeed() -> None:
    random = Random(11)  # noqa: S311 - no secret
    bins: dict[int, list[tuple[float, bool]]] = {}
    for _ in range(100):
        transfers = history(random, 440)
        found = learn(transfers[:400])
        for where, size_bytes, _, good in transfers[400:]:
            percent = found.estimate(size_bytes, where.hour).success_percent
            assert percent is not None
            bins.setdefault(int(percent // 5), []).append((percent, good))
    for each in bins.values():
        if len(each) >= 200:
            foretold = sum(percent for percent, _ in each) / len(each)
            came = 100 * sum(good for _, good in each) / len(each)
            assert foretold == pytest.approx(came, abs=5), (foretold, came, len(each))
    assert sum(len(each) >= 200 for each in bins.values()) >= 4
