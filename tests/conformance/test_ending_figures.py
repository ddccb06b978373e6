"""EndingFigures. An ending is counted once, whoever else counts at that moment."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from moto import mock_aws

from services.progress.adapters.dynamodb_ending_figures import DynamoDbEndingFigures
from services.progress.domain.ending import (
    EVERYBODY,
    MOST_CODES,
    OTHER,
    REASON,
    Counted,
    Ending,
    Outcome,
    kept_until,
)
from services.progress.domain.ports import EndingFigures
from tests.conformance.stores import NUMBERS, create_table, dynamodb_client
from tests.fakes.live_figures import InMemoryEndingFigures

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TODAY, DAY = NOON.date(), timedelta(days=1)
FAILED = Ending("t-1", 4, "jane", "acme", Outcome.FAILED, NOON, reason="no_space")
COMPLETED = Ending(
    "t-1", 9, "jane", "acme", Outcome.COMPLETED, NOON + timedelta(hours=1), 5_000_000_000_000, 1_500
)
NO_TIME: Any = {"chance": lambda: 0.5, "pause": lambda _: None}


@pytest.fixture(params=["in_memory", "ministack", "moto", "moto_in_small_pages"])
def figures(request: pytest.FixtureRequest) -> Iterator[EndingFigures]:
    if request.param == "in_memory":
        yield InMemoryEndingFigures()
    elif request.param == "ministack":
        client: Any = dynamodb_client(request.getfixturevalue("ministack").endpoint)
        name = f"figures-{next(NUMBERS)}"
        create_table(client, name)
        yield DynamoDbEndingFigures(client, name, **NO_TIME)
        client.delete_table(TableName=name)
    else:
        with mock_aws():
            client = dynamodb_client()
            create_table(client, "progress")
            if request.param == "moto_in_small_pages":
                client.meta.events.register("provide-client-params.dynamodb.Query", _one_row)
            yield DynamoDbEndingFigures(client, "progress", **NO_TIME)


def _one_row(params: dict[str, object], **_: object) -> dict[str, object]:
    return params | {"Limit": 1}


def sums(figures: EndingFigures, whose: str = EVERYBODY, day: date = TODAY) -> dict[Any, Any]:
    """By destination and hour, without zeros."""
    found: dict[Any, Counter[str]] = {}
    for each in figures.of(whose, day, day):
        for hour, counted in each.hours.items():
            found.setdefault((each.destination, hour), Counter()).update(counted)
    return {key: dict(+counted) for key, counted in found.items() if +counted}


def test_an_ending_counts_for_its_owner_and_for_everybody(figures: EndingFigures) -> None:
    assert figures.counted("t-1") is None
    assert figures.count(COMPLETED, None, NOON)
    assert figures.counted("t-1") == Counted(COMPLETED)
    counted = {"completed": 1, "bytes": 5_000_000_000_000, "milliseconds": 1_500}
    assert sums(figures) == sums(figures, "jane") == {("acme", 13): counted}
    assert sums(figures, "bob") == {}


def test_a_newer_ending_takes_the_older_one_back_from_where_it_was_counted(
    figures: EndingFigures,
) -> None:
    assert figures.count(FAILED, None, NOON)
    other = replace(FAILED, transfer_id="t-2")
    assert figures.count(other, None, NOON)
    assert sums(figures) == {("acme", 12): {"failed": 2, f"{REASON}no_space": 2}}
    later = replace(COMPLETED, ended_at=NOON + 3 * DAY)
    assert figures.count(later, Counted(FAILED), NOON)
    assert sums(figures) == {("acme", 12): {"failed": 1, f"{REASON}no_space": 1}}
    assert sums(figures, day=TODAY + 3 * DAY)["acme", 12]["completed"] == 1


@pytest.mark.parametrize("reason", ["no_space", "connection_lost"])
def test_what_is_taken_and_given_in_one_hour_is_one_change(
    figures: EndingFigures, reason: str
) -> None:
    assert figures.count(FAILED, None, NOON)
    again = replace(FAILED, sequence=8, reason=reason)
    assert figures.count(again, Counted(FAILED), NOON)
    assert sums(figures, "jane") == {("acme", 12): {"failed": 1, f"{REASON}{reason}": 1}}
    assert figures.counted("t-1") == Counted(again)


def test_of_two_that_count_at_once_one_is_told_to_look_again(figures: EndingFigures) -> None:
    assert figures.count(FAILED, None, NOON)
    assert not figures.count(COMPLETED, None, NOON)
    assert figures.count(COMPLETED, Counted(FAILED), NOON)
    assert not figures.count(replace(FAILED, sequence=11), Counted(FAILED), NOON)
    assert list(sums(figures)) == [("acme", 13)]


def test_a_day_has_so_many_reasons_and_the_rest_are_other_ones(figures: EndingFigures) -> None:
    for number in range(MOST_CODES + 2):
        failed = replace(FAILED, transfer_id=f"t-{number}", reason=f"code_{number}")
        assert figures.count(failed, None, NOON)
    known = replace(FAILED, transfer_id="t-known", reason="code_0")
    assert figures.count(known, None, NOON)
    hour = sums(figures)["acme", 12]
    assert hour["failed"] == MOST_CODES + 3
    assert hour[f"{REASON}code_0"] == hour[f"{REASON}{OTHER}"] == 2
    assert len(hour) == 1 + MOST_CODES + 1
    last = figures.counted(f"t-{MOST_CODES + 1}")
    assert last is not None
    assert last.ending.reason == OTHER
    cancelled = replace(last.ending, sequence=9, outcome=Outcome.CANCELLED, reason=None)
    assert figures.count(cancelled, last, NOON)
    assert sums(figures)["acme", 12][f"{REASON}{OTHER}"] == 1


def test_what_is_not_kept_any_more_is_not_taken_back(figures: EndingFigures) -> None:
    assert figures.count(FAILED, None, NOON)
    over = kept_until(TODAY)
    late = replace(COMPLETED, ended_at=over)
    assert figures.count(late, Counted(FAILED), over)
    assert sums(figures) == {("acme", 12): {"failed": 1, f"{REASON}no_space": 1}}


def test_days_come_in_their_order_and_none_beside_them(figures: EndingFigures) -> None:
    for number, day in enumerate((3, 0, 1, 2, 4)):
        ending = replace(FAILED, transfer_id=f"t-{number}", ended_at=NOON + day * DAY)
        assert figures.count(ending, None, NOON)
        assert figures.count(
            replace(ending, transfer_id=f"u-{number}", destination="zenith"), None, NOON
        )
    found = list(figures.of(EVERYBODY, TODAY + DAY, TODAY + 3 * DAY))
    assert [(each.day - TODAY).days for each in found] == [1, 1, 2, 2, 3, 3]
    assert {each.destination for each in found} == {"acme", "zenith"}
    for distance in (1, 2):
        assert list(figures.of(EVERYBODY, TODAY + 3 * DAY, TODAY + (3 - distance) * DAY)) == []


def test_the_figures_of_a_destination_are_read_alone(figures: EndingFigures) -> None:
    for number, (name, day) in enumerate(product(["acme", "acme-2", "a"], range(5))):
        ending = replace(FAILED, transfer_id=f"t-{number}", destination=name)
        assert figures.count(replace(ending, ended_at=NOON + day * DAY), None, NOON)
    found = list(figures.of(EVERYBODY, TODAY + DAY, TODAY + 3 * DAY, "acme"))
    assert [(each.day - TODAY).days for each in found] == [1, 2, 3]
    assert {each.destination for each in found} == {"acme"}
    assert list(figures.of(EVERYBODY, TODAY + DAY, TODAY, "acme")) == []


def test_it_is_known_since_when_something_was_counted(figures: EndingFigures) -> None:
    assert figures.counted_since(TODAY - DAY) is None
    for number, day in enumerate((2, 0)):
        ending = replace(FAILED, transfer_id=f"t-{number}", ended_at=NOON + day * DAY)
        assert figures.count(ending, None, NOON)
    assert figures.counted_since(TODAY - DAY) == TODAY
    assert figures.counted_since(TODAY + DAY) == TODAY + 2 * DAY
