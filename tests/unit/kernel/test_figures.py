"""Sizes, durations and rates."""

import pytest

from kernel.figures import duration_text, rate_text, size_text, time_text
from tests.unit.notify.messages import AT


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (50_000_000_000_000, "50.0 TB"),
        (10**21, "1000000.0 PB"),
        (-5, "0 B"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "under 1 s"),
        (42, "42 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3_599.9, "1 h"),
        (90_061, "1 d 1 h"),
        (-3, "under 1 s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_rates_and_times() -> None:
    assert rate_text(12_345_678.9) == "12.3 MB/s"
    assert time_text(AT) == "2026-09-27 14:05 UTC"
