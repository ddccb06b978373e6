"""Lines of a terminal: never longer than it, and true in every state."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cli.live.line import cells_of, lines_of
from cli.live.shown import Shown, from_live
from contracts.transfer_views import FailureView
from tests.doubles.live_state import BEGIN, transfer

TROUBLE = FailureView(
    code="partner_unreachable",
    message="The partner's server does not answer. Ask them whether it is up, and whether their"
    " firewall lets us in.",
    retryable=True,
    attempt=2,
    attempts=5,
    next_try_at=BEGIN + timedelta(seconds=30),
)


def moving(**fields: Any) -> Shown:  # noqa: ANN401
    live = transfer(percent=47.3, bytes_done=473_000_000, **fields)
    return from_live(live)


def drawn(shown: Shown, width: int, stale_for: float | None = None) -> list[str]:
    (block,) = lines_of([(shown, cells_of(shown, stale_for))], width, BEGIN)
    return [line.plain for line in block]


def test_sixty_columns_show_name_bar_percent_rate_and_time() -> None:
    (line,) = drawn(moving(), 60)
    assert cell_len(line) <= 60
    for part in ("november.csv", "━", "─", "47 %", "50.0 MB/s, 20 s left"):
        assert part in line


def test_wide_windows_show_everything() -> None:
    (line,) = drawn(moving(), 140)
    for part in ("moving", "473.0 MB of 1.0 GB", "4 lanes"):
        assert part in line


@given(st.integers(1, 200), st.text(min_size=1, max_size=80), st.booleans())
def test_no_line_is_longer_than_the_window(width: int, name: str, trouble: bool) -> None:
    shown = replace(moving(failure=TROUBLE if trouble else None), source=f"s3://bucket/{name}")
    for line in drawn(shown, width):
        assert cell_len(line) <= width
        assert "\n" not in line
        assert "\x1b" not in line


def test_long_names_are_shortened_in_the_middle() -> None:
    (line,) = drawn(moving(key="a" * 60 + "-2026-11.csv"), 60)
    assert "…" in line
    assert "11.csv" in line


def test_old_figures_make_room_for_how_old_they_are() -> None:
    (line,) = drawn(moving(), 60, stale_for=12.4)
    assert "last seen 12 s ago" in line
    assert "MB/s" not in line


@pytest.mark.parametrize(
    ("width", "text"), [(140, "paused 473.0 MB of 1.0 GB"), (50, "47 % paused")]
)
def test_a_status_is_said_once(width: int, text: str) -> None:
    (line,) = drawn(moving(status="paused", rate_bytes_per_second=None), width)
    assert line.count("paused") == 1
    assert text in " ".join(line.split())
    assert "lane" not in line  # those of a paused transfer are about to end


def test_what_is_not_known_is_said_so() -> None:
    assert "MB/s, time unknown" in drawn(replace(moving(), eta_text="unknown"), 80)[0]
    assert "rate unknown" in drawn(replace(moving(), rate_bytes_per_second=None), 80)[0]


def test_a_moment_has_no_rate() -> None:
    end = BEGIN + timedelta(milliseconds=400)
    done = moving(status="completed", rate_bytes_per_second=None, finished_at=end)
    (line,) = drawn(done, 80)
    assert "done in less than 1 s" in line
    assert "B/s" not in line


def test_trouble_is_told_with_its_advice_and_the_next_try() -> None:
    _, *below = drawn(moving(failure=TROUBLE), 140)
    text = " ".join(part.strip() for part in below)
    assert text.startswith("Try 2 of 5 failed, next try in 30 s: The partner's server does not")
    assert text.endswith("(partner_unreachable)")


@pytest.mark.parametrize(("percent", "text"), [(99.99, "99 %"), (0.0, "0 %"), (100.0, "99 %")])
def test_a_hundred_percent_is_for_what_is_completed(percent: float, text: str) -> None:
    (line,) = drawn(replace(moving(), percent=percent), 80)
    assert text in line


def test_the_last_line_has_the_rate_over_all_and_the_time_it_took() -> None:
    done = moving(
        status="completed",
        rate_bytes_per_second=None,
        finished_at=BEGIN + timedelta(seconds=20),
    )
    (line,) = drawn(done, 80)
    assert "100 %" in line
    assert "done in 20 s, 50.0 MB/s" in line
