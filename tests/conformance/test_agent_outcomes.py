"""Outcomes. Each event counts once, and what ended long ago counts no more."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from services.agent.adapters.dynamodb_outcomes import PERIOD_DAYS, DynamoDbOutcomes
from services.agent.domain.outcome import UNKNOWN, Ended, Learned, Slot, Tally
from services.agent.domain.ports import Outcomes
from tests.conformance.stores import NUMBERS, create_table, dynamodb_client
from tests.fakes.agent_outcomes import InMemoryOutcomes

NOON = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
DAYS = timedelta(days=30)
GOOD = Ended("t-1", "acme", 5_000_000, False, True, NOON - timedelta(seconds=60), NOON)
BAD = replace(GOOD, transfer_id="t-2", completed=False)


@pytest.fixture(params=["in_memory", "ministack", "moto", "moto_in_small_pages"])
def outcomes(request: pytest.FixtureRequest) -> Iterator[Outcomes]:
    if request.param == "in_memory":
        yield InMemoryOutcomes(DAYS)
    elif request.param == "ministack":
        client: Any = dynamodb_client(request.getfixturevalue("ministack").endpoint)
        name = f"outcomes-{next(NUMBERS)}"
        create_table(client, name)
        yield DynamoDbOutcomes(client, name, DAYS)
        client.delete_table(TableName=name)
    else:
        with mock_aws():
            client = dynamodb_client()
            create_table(client, "agent")
            if request.param == "moto_in_small_pages":
                client.meta.events.register("provide-client-params.dynamodb.Query", _one_row)
            yield DynamoDbOutcomes(client, "agent", DAYS)


def _one_row(params: dict[str, object], **_: object) -> dict[str, object]:
    return params | {"Limit": 1}


def totals(learned: Learned) -> tuple[int, int]:
    tallies = learned.tallies.values()
    return sum(each.completed for each in tallies), sum(each.failed for each in tallies)


def test_nothing_is_known_at_first(outcomes: Outcomes) -> None:
    assert outcomes.learned("acme", NOON) == Learned({}, 30)


def test_an_event_counts_once(outcomes: Outcomes) -> None:
    for _ in range(3):
        outcomes.count(GOOD, "e-1", NOON)
        outcomes.count(BAD, "e-2", NOON)
    [(slot, tally)] = outcomes.learned("acme", NOON).tallies.items()
    assert (slot, tally.completed, tally.failed) == (Slot(False, 4, 12), 1, 1)


def test_kinds_sizes_hours_and_destinations_stay_apart(outcomes: Outcomes) -> None:
    others = [
        replace(GOOD, many=True),
        replace(GOOD, size_bytes=5_000_000_000_000),
        replace(GOOD, began_at=NOON - timedelta(hours=11)),
        replace(GOOD, destination_id="acme-2"),
    ]
    for number, each in enumerate([GOOD, *others]):
        outcomes.count(each, f"e-{number}", NOON)
    slots = {Slot(False, 4, 12), Slot(True, 4, 12), Slot(False, 14, 12), Slot(False, 4, 1)}
    assert set(outcomes.learned("acme", NOON).tallies) == slots
    assert totals(outcomes.learned("acme-2", NOON)) == (1, 0)
    assert totals(outcomes.learned("acm", NOON)) == (0, 0)


def test_times_are_told_apart_as_finely_as_they_are_counted(outcomes: Outcomes) -> None:
    for number, seconds in enumerate((1, 1, 60, 3_600)):
        began = NOON - timedelta(seconds=seconds)
        outcomes.count(replace(GOOD, began_at=began), f"e-{number}", NOON)
    counts = list(outcomes.learned("acme", NOON).tallies.values())
    assert sorted(n for tally in counts for n in tally.took.values()) == [1, 1, 2]


def test_what_ended_too_long_ago_counts_no_more(outcomes: Outcomes) -> None:
    for days in range(60):
        at = NOON - timedelta(days=days)
        old = replace(GOOD, began_at=at, ended_at=at)
        outcomes.count(old, f"e-{days}", at)
    completed, _ = totals(outcomes.learned("acme", NOON))
    assert DAYS.days <= completed <= DAYS.days + PERIOD_DAYS


def test_an_event_that_comes_too_late_counts_nowhere(outcomes: Outcomes) -> None:
    later = NOON + DAYS + timedelta(days=PERIOD_DAYS)
    outcomes.count(GOOD, "e-1", later)
    assert outcomes.learned("acme", later) == Learned({}, 30)


def test_a_failure_without_a_size_counts(outcomes: Outcomes) -> None:
    outcomes.count(replace(BAD, size_bytes=None), "e-1", NOON)
    assert outcomes.learned("acme", NOON).tallies == {Slot(False, UNKNOWN, 12): Tally({}, 1)}


def test_an_end_before_its_beginning_took_no_time(outcomes: Outcomes) -> None:
    """Their clocks differ."""
    outcomes.count(replace(GOOD, ended_at=GOOD.began_at - timedelta(seconds=5)), "e-1", NOON)
    [tally] = outcomes.learned("acme", NOON).tallies.values()
    assert tally == Tally({0: 1})


@pytest.mark.parametrize("outcomes", ["in_memory", "ministack"], indirect=True)
def test_events_that_come_at_once_all_count(outcomes: Outcomes) -> None:
    """Each twice at the same moment, as queues deliver them. moto takes one caller at a time."""
    with ThreadPoolExecutor(4) as crew:
        jobs = [crew.submit(outcomes.count, GOOD, f"e-{n // 2}", NOON) for n in range(24)]
    for job in jobs:
        job.result()
    assert totals(outcomes.learned("acme", NOON)) == (12, 0)
