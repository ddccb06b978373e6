"""How long the rest takes, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.progress.domain.eta import duration_text, eta_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3_599, "59 min 59 s"),
        (3_600, "1 h"),
        (4_240, "1 h 11 min"),
        (86_399, "24 h"),
        (90_000, "1 d 1 h"),
        (99 * 86_400, "99 d"),
        (1e12, "over 100 d"),
    ],
)
def test_two_units_at_most(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_two_figures_that_read_alike_are_one() -> None:
    assert eta_text(124.8, 125.2) == "2 min 5 s"
    assert eta_text(3_600, 4_200) == "1 h to 1 h 10 min"


@given(st.floats(-1e9, 1e15))
def test_every_duration_can_be_said(seconds: float) -> None:
    text = duration_text(seconds)
    assert not text.startswith("-")
    assert len(text) <= len("59 min 59 s")
