"""Quiet hours by the clocks of their zone."""

from datetime import UTC, datetime

import pytest

from services.notify.domain.channel import QuietHours
from services.notify.domain.quiet import DAYS, quiet_until, zone_of

NIGHT = QuietHours("Europe/Berlin", "22:00", "07:00", DAYS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-11-02T20:59:59", None),  # 21:59:59 in Berlin
        (NIGHT, "2026-11-02T21:00:00", "2026-11-03T06:00:00"),
        (NIGHT, "2026-11-03T05:59:59", "2026-11-03T06:00:00"),
        (NIGHT, "2026-11-03T06:00:00", None),
        # the clock goes forward at 01:00 UTC: the night has an hour less
        (NIGHT, "2026-03-28T21:00:00", "2026-03-29T05:00:00"),
        # the clock goes back: it has an hour more
        (NIGHT, "2026-10-24T20:00:00", "2026-10-25T06:00:00"),
    ],
)
def test_a_night_ends_when_the_clock_says_so(
    quiet: QuietHours, now: str, until: str | None
) -> None:
    assert quiet_until(quiet, at(now)) == (at(until) if until else None)


def test_an_end_that_the_clock_skips_is_the_moment_of_the_skip() -> None:
    quiet = QuietHours("Europe/Berlin", "22:00", "02:30", DAYS)

    assert quiet_until(quiet, at("2026-03-28T23:00:00")) == at("2026-03-29T01:00:00")


def test_an_end_that_comes_twice_is_the_second_one() -> None:
    quiet = QuietHours("Europe/Berlin", "22:00", "02:30", DAYS)

    assert quiet_until(quiet, at("2026-10-25T00:15:00")) == at("2026-10-25T01:30:00")


def test_a_beginning_that_comes_twice_is_the_first_one() -> None:
    quiet = QuietHours("Europe/Berlin", "02:30", "04:00", DAYS)

    assert quiet_until(quiet, at("2026-10-25T00:30:00")) == at("2026-10-25T03:00:00")


def test_a_beginning_that_the_clock_skips_is_the_moment_of_the_skip() -> None:
    quiet = QuietHours("Europe/Berlin", "02:30", "04:00", DAYS)

    assert quiet_until(quiet, at("2026-03-29T01:00:00")) == at("2026-03-29T02:00:00")


def test_a_skip_of_half_an_hour_is_found() -> None:
    quiet = QuietHours("Australia/Lord_Howe", "20:00", "02:15", DAYS)

    assert quiet_until(quiet, at("2026-10-03T12:00:00")) == at("2026-10-03T15:30:00")


def test_only_the_chosen_days_begin_one() -> None:
    friday = QuietHours("UTC", "22:00", "06:00", ("fri",))

    assert quiet_until(friday, at("2026-11-06T23:00:00")) == at("2026-11-07T06:00:00")
    assert quiet_until(friday, at("2026-11-07T05:00:00")) == at("2026-11-07T06:00:00")
    assert quiet_until(friday, at("2026-11-07T23:00:00")) is None


def test_a_whole_weekend_is_one() -> None:
    weekend = QuietHours("UTC", "00:00", "00:00", ("sat", "sun"))

    assert quiet_until(weekend, at("2026-11-07T12:00:00")) == at("2026-11-09T00:00:00")


def test_a_zone_that_is_none_keeps_nothing_silent() -> None:
    assert quiet_until(QuietHours("Nope/Nowhere", "00:00", "00:00", DAYS), at("2026-11-07")) is None
    assert [zone_of(name) for name in ("Europe", "../etc", "", "Nope/Nowhere")] == [None] * 4
