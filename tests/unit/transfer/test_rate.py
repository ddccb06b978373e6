"""The rate follows its samples, and the time to go follows the rate."""

from datetime import UTC, datetime, timedelta

import pytest

from services.transfer.domain.rate import Rate

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_the_first_movement_is_taken_as_it_is() -> None:
    assert Rate(NOON, 0).sampled(after(2), 200) == Rate(after(2), 200, 100.0)


def test_a_steady_rate_stays_and_a_new_one_is_approached() -> None:
    rate = Rate(NOON, 0).sampled(after(1), 100)
    assert rate.sampled(after(2), 200).bytes_per_second == pytest.approx(100)
    assert rate.sampled(after(2), 300).bytes_per_second == pytest.approx(110)
    for second in range(2, 60):
        rate = rate.sampled(after(second), rate.bytes_done + 200)
    assert rate.bytes_per_second == pytest.approx(200, rel=0.01)


def test_after_a_long_silence_the_rate_begins_anew() -> None:
    resumed = Rate(NOON, 0, 1_000.0).sampled(after(100), 100)
    assert resumed.bytes_per_second == 0
    assert resumed.sampled(after(101), 600).bytes_per_second == pytest.approx(500)


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_sample_that_does_not_advance_time_changes_nothing(seconds: int) -> None:
    rate = Rate(NOON, 10, 5.0)
    assert rate.sampled(after(seconds), 500) is rate


def test_bytes_given_back_count_as_standstill_not_as_a_negative_rate() -> None:
    rate = Rate(NOON, 500, 100.0).sampled(after(1), 100)
    assert rate.bytes_per_second == pytest.approx(90)


def test_the_time_to_go_is_unknown_until_something_moves() -> None:
    assert Rate(NOON, 0).eta_seconds(1_000) is None
    assert Rate(NOON, 200, 100.0).eta_seconds(1_000) == pytest.approx(8)
    assert Rate(NOON, 1_000, 100.0).eta_seconds(1_000) == 0
