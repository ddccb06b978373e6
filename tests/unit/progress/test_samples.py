"""The rate of the last 30 seconds, and how long the rest takes."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.progress.domain.samples import NO_SAMPLES, WINDOW, Samples
from tests.unit.progress.stories import NOON

MB = 1_000_000


def sampled(*megabytes: float, every: float = 1.0) -> Samples:
    samples = NO_SAMPLES
    for index, done in enumerate(megabytes):
        samples = samples.then(NOON + timedelta(seconds=index * every), round(done * MB))
    return samples


def test_an_early_burst_is_forgotten_after_the_window() -> None:
    burst = [0, 500, *(500 + second for second in range(1, 40))]
    assert sampled(*burst).rate_bytes_per_second == MB


def test_two_samples_in_one_second_tell_no_rate() -> None:
    assert sampled(0, 9).rate_bytes_per_second is None


def test_after_a_gap_the_window_begins_anew() -> None:
    samples = sampled(0, 1, 2, 3).then(NOON + timedelta(minutes=5), 4 * MB)
    assert samples.rate_bytes_per_second is None


def test_fewer_bytes_begin_the_window_anew() -> None:
    assert sampled(50, 60, 70, 5).rate_bytes_per_second is None


def test_a_sample_of_a_clock_that_is_behind_changes_nothing() -> None:
    samples = sampled(0, 10, 20)
    assert samples.then(NOON, 30 * MB) is samples


def test_few_samples_are_kept_and_the_newest_one_always() -> None:
    samples = sampled(*range(600), every=0.25)
    assert len(samples.seen) <= 18
    assert samples.seen[-1].bytes_done == 599 * MB
    assert samples.seen[-1].at - samples.seen[0].at <= WINDOW


def test_the_slowest_and_the_fastest_piece_make_the_range() -> None:
    samples = sampled(0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18)
    low, high = samples.eta_seconds(18 * MB) or (0, 0)
    assert low < 18 / 1.5 < high


def test_a_short_time_gives_no_estimate() -> None:
    assert sampled(0, 1, 2).eta_seconds(10 * MB) is None


def test_nothing_left_takes_no_time() -> None:
    assert NO_SAMPLES.eta_seconds(0) == (0.0, 0.0)


@given(st.lists(st.tuples(st.floats(-5, 40), st.integers(0, 10**15)), max_size=40))
def test_rate_and_estimate_are_never_negative(steps: list[tuple[float, int]]) -> None:
    samples, at = NO_SAMPLES, NOON
    for seconds, done in steps:
        at += timedelta(seconds=seconds)
        samples = samples.then(at, done)
    assert (samples.rate_bytes_per_second or 0) >= 0
    low, high = samples.eta_seconds(10**12) or (0.0, 0.0)
    assert 0 <= low <= high
