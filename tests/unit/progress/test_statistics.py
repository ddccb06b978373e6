"""The figures as they are asked for: by local days and destinations, or by hours."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kernel.caller import Caller, Role
from services.progress.domain.ending import Ending, Outcome
from services.progress.domain.errors import FieldInvalid, OthersNotShown, TooManyFigures
from services.progress.domain.statistics import Row, Statistics, StatisticsQuery
from services.progress.use_cases import read_statistics as use_case
from services.progress.use_cases.read_statistics import read_statistics
from tests.fakes.live_world import BOB, JANE, OPERATOR, LiveWorld

FIRST = date(2026, 3, 1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN, KOLKATA, AUCKLAND, HAWAII = (
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Pacific/Honolulu",
)


@pytest.fixture
def world() -> LiveWorld:
    return LiveWorld(clock=datetime(2026, 11, 2, 12, tzinfo=UTC))


def end(world: LiveWorld, at: datetime, **more: object) -> None:
    """A transfer of Jane's to acme is cancelled, unless `more` says otherwise."""
    values: dict[str, object] = {
        "transfer_id": f"t-{len(world.figures.endings)}",
        "sequence": 5,
        "owner": "jane",
        "destination": "acme",
        "outcome": Outcome.CANCELLED,
        "ended_at": at,
    }
    ending = Ending(**values | more)  # type: ignore[arg-type]
    assert world.figures.count(ending, None, world.clock)


def each_hour(world: LiveWorld, first: date, days: int) -> None:
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    for number in range(24 * days):
        end(world, begin + number * HOUR)


def asked(
    world: LiveWorld, first: date, until: date, caller: Caller = JANE, **more: object
) -> Statistics:
    query = StatisticsQuery(first, until, **more)  # type: ignore[arg-type]
    return read_statistics(query, caller, ports=world.ports)


def cancelled(found: Statistics) -> dict[object, int]:
    return {each.day or each.hour: each.figures["cancelled"] for each in found.rows}


def test_a_day_and_destination_has_a_row_where_something_ended(world: LiveWorld) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for hour, code in enumerate(["no_space", "folder_missing", "no_space"]):
        end(world, at + hour * HOUR, outcome=Outcome.FAILED, reason=code)
    done = {"outcome": Outcome.COMPLETED, "bytes_sent": 7, "milliseconds": 2_500}
    end(world, at + DAY, destination="zenith", **done)
    end(world, at + DAY, destination="zenith", **done)
    end(world, at + DAY)
    [failed, other, completed] = asked(world, FIRST, FIRST + 5 * DAY).rows
    assert (failed.day, failed.destination, failed.figures["failed"]) == (FIRST, "acme", 3)
    assert failed.reasons == [("no_space", 2), ("folder_missing", 1)]
    assert (other.day, other.destination) == (FIRST + DAY, "acme")
    assert completed == Row(
        {"completed": 2, "bytes": 14, "milliseconds": 5_000},
        day=FIRST + DAY,
        destination="zenith",
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("UTC", date(2026, 3, 29), 24),
        (BERLIN, date(2026, 3, 28), 24),
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (AUCKLAND, date(2026, 4, 5), 25),
        (AUCKLAND, date(2026, 9, 27), 23),
        (HAWAII, date(2026, 3, 29), 24),
        (KOLKATA, date(2026, 3, 29), 24),
    ],
)
def test_a_local_day_has_its_own_hours(world: LiveWorld, zone: str, day: date, hours: int) -> None:
    each_hour(world, day - 2 * DAY, 5)
    assert cancelled(asked(world, day, day, time_zone=zone)) == {day: hours}
    by_hour = asked(world, day, day, time_zone=zone, by_hour=True).rows
    assert len(by_hour) == hours
    begins = [each.hour for each in by_hour if each.hour]
    assert begins[-1] - begins[0] == (hours - 1) * HOUR


def test_all_days_together_have_all_hours(world: LiveWorld) -> None:
    each_hour(world, date(2026, 3, 20), 20)
    found = asked(world, date(2026, 3, 1), date(2026, 4, 30), time_zone=BERLIN)
    assert sum(cancelled(found).values()) == 20 * 24


def test_a_day_begins_at_its_own_midnight(world: LiveWorld) -> None:
    end(world, datetime(2026, 3, 1, 22, 59, 59, tzinfo=UTC))
    end(world, datetime(2026, 3, 1, 23, tzinfo=UTC))
    found = asked(world, FIRST - DAY, FIRST + DAY, time_zone=BERLIN)
    assert cancelled(found) == {FIRST: 1, FIRST + DAY: 1}


def test_by_the_hour_all_destinations_are_together_unless_one_is_asked_for(
    world: LiveWorld,
) -> None:
    nine = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for destination in ("acme", "zenith"):
        end(world, nine + timedelta(minutes=59), destination=destination)
    end(world, nine + HOUR)
    assert cancelled(asked(world, FIRST, FIRST, by_hour=True)) == {nine: 2, nine + HOUR: 1}
    only = asked(world, FIRST, FIRST, by_hour=True, destination="zenith")
    assert cancelled(only) == {nine: 1}
    assert [each.destination for each in only.rows] == [None]


def test_rows_of_which_all_was_taken_back_are_left_out(world: LiveWorld) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    end(world, at, outcome=Outcome.FAILED, reason="no_space")
    before = world.figures.counted("t-0")
    assert before is not None
    later = Ending("t-0", 9, "jane", "acme", Outcome.CANCELLED, at + DAY)
    assert world.figures.count(later, before, world.clock)
    assert cancelled(asked(world, FIRST, FIRST + DAY)) == {FIRST + DAY: 1}


def test_everybody_sees_their_own_and_some_roles_all(world: LiveWorld) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    end(world, at)
    end(world, at, owner="bob")
    assert cancelled(asked(world, FIRST, FIRST)) == {FIRST: 1}
    assert cancelled(asked(world, FIRST, FIRST, owner="jane")) == {FIRST: 1}
    for owner in ("bob", "*"):
        with pytest.raises(OthersNotShown, match="admin or auditor or operator"):
            asked(world, FIRST, FIRST, owner=owner)
    assert cancelled(asked(world, FIRST, FIRST, BOB, owner="bob")) == {FIRST: 1}
    assert asked(world, FIRST, FIRST, OPERATOR).rows == []
    for role in (Role.OPERATOR, Role.AUDITOR, Role.ADMIN):
        caller = Caller("olga", "s-1", frozenset({role}))
        assert cancelled(asked(world, FIRST, FIRST, caller, owner="*")) == {FIRST: 2}
        assert cancelled(asked(world, FIRST, FIRST, caller, owner="bob")) == {FIRST: 1}


def test_it_is_said_since_when_was_counted_also_to_whom_nothing_belongs(world: LiveWorld) -> None:
    assert asked(world, FIRST, FIRST).counted_since is None
    end(world, datetime(2026, 3, 1, 9, tzinfo=UTC), owner="bob")
    end(world, datetime(2025, 3, 1, 9, tzinfo=UTC), owner="bob")  # not kept any more
    assert asked(world, FIRST + DAY, FIRST + DAY).counted_since == FIRST


@pytest.mark.parametrize(
    ("days", "more", "field"),
    [
        (0, {}, "until"),
        (401, {}, "from"),
        (36, {"by_hour": True}, "from"),
        (1, {"time_zone": "Mars/Olympus"}, "time_zone"),
        (1, {"time_zone": "Europe"}, "time_zone"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    world: LiveWorld, days: int, more: dict[str, object], field: str
) -> None:
    with pytest.raises(FieldInvalid) as refused:
        asked(world, FIRST, FIRST + (days - 1) * DAY, JANE, **more)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("first", "until"), [(date.min, date.min + DAY), (date.max - DAY, date.max)]
)
def test_days_at_the_ends_of_the_calendar_are_empty(
    world: LiveWorld, first: date, until: date
) -> None:
    end(world, world.clock)
    assert asked(world, first, until).rows == []


def test_as_many_days_as_may_be_asked_for_are_answered(world: LiveWorld) -> None:
    today = world.clock.date()
    each_hour(world, today - 34 * DAY, 35)
    assert len(asked(world, today - 34 * DAY, today, by_hour=True).rows) == 35 * 24
    assert len(asked(world, today - 399 * DAY, today).rows) == 35


@pytest.mark.parametrize("bound", ["MOST_ENTRIES", "MOST_READ"])
def test_more_than_can_be_answered_is_refused_with_advice(
    world: LiveWorld, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for number in range(3):
        end(world, at, destination=f"d-{number}", outcome=Outcome.FAILED, reason="no_space")
    monkeypatch.setattr(use_case, bound, 6 if bound == "MOST_ENTRIES" else 3)
    assert len(asked(world, FIRST, FIRST).rows) == 3
    monkeypatch.setattr(use_case, bound, 5 if bound == "MOST_ENTRIES" else 2)
    with pytest.raises(TooManyFigures, match="fewer days"):
        asked(world, FIRST, FIRST)
    assert len(asked(world, FIRST, FIRST, destination="d-1").rows) == 1
