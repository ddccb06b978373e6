"""How long the next transfer takes, and how transfers ended, as the model is told."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.statistics_api import ReasonCount, StatisticsQuery, StatisticsRow, StatisticsView
from contracts.transfer_events import S3Object
from services.agent.domain.errors import ApiRefused
from services.agent.domain.handles import HandleKind
from services.agent.domain.outcome import Ended
from tests.unit.agent.scenes import NOON, Conversation
from tests.unit.cli.answers import destination, transfer


@pytest.fixture
def talk() -> Conversation:
    found = Conversation()
    found.reader.answers["read_destination"] = destination()
    return found


def taught(
    talk: Conversation, count: int = 30, size_bytes: int = 5_000_000, many: bool = False
) -> None:
    for number in range(count):
        ended = Ended(
            f"t-{number}", "acme", size_bytes, many, True, NOON - timedelta(seconds=60), NOON
        )
        talk.outcomes.count(ended, f"e-{number}", NOON)


def test_an_estimate_has_its_spread_and_its_basis(talk: Conversation) -> None:
    taught(talk)
    told = talk.ask(
        "estimate",
        destination=talk.knows(HandleKind.DESTINATION, destination_id="acme"),
        size_bytes=6_000_000,
    )
    assert told["low_seconds"] <= 60 <= told["high_seconds"]
    assert told["counted"] == 30
    assert "30 transfers of one file" in told["basis"]
    assert told["success_percent"] > 95


def test_an_estimate_of_a_file_takes_its_listed_size(talk: Conversation) -> None:
    taught(talk)
    where = talk.knows(HandleKind.DESTINATION, destination_id="acme")
    same = {"bucket": "b-1", "key": "k"}
    talk.handles, known = talk.handles.with_new(HandleKind.OBJECT, same, {"size_bytes": 5_000_000})
    assert talk.ask("estimate", destination=where, object=known)["seconds"] is not None
    unknown = talk.knows(HandleKind.OBJECT, bucket="b-1", key="other")
    assert "object_details" in talk.refused("estimate", destination=where, object=unknown)


def test_an_estimate_like_a_transfer_takes_its_size_and_destination(talk: Conversation) -> None:
    taught(talk, many=True)
    source = S3Object(bucket="exports", key="in/", kind="prefix")
    talk.reader.answers["read_transfer"] = transfer(size_bytes=5_000_000, source=source)
    like = talk.knows(HandleKind.TRANSFER, transfer_id="t-1")
    told = talk.ask("estimate", transfer=like)
    assert "many files" in told["basis"]
    assert "asked for now" in told["note"]
    talk.reader.answers["read_transfer"] = transfer(size_bytes=None)
    assert "not known yet" in talk.refused("estimate", transfer=like)


def test_an_estimate_for_a_destination_that_is_not_seen_any_more_is_refused(
    talk: Conversation,
) -> None:
    taught(talk)
    talk.reader.answers["read_destination"] = ApiRefused("x", 404, "destination_not_found", "No.")
    where = talk.knows(HandleKind.DESTINATION, destination_id="acme")
    assert talk.refused("estimate", destination=where, size_bytes=5_000_000) == "No."


def test_an_estimate_of_too_few_is_none(talk: Conversation) -> None:
    taught(talk, count=3)
    where = talk.knows(HandleKind.DESTINATION, destination_id="acme")
    told = talk.ask("estimate", destination=where, size_bytes=0)
    assert told["seconds"] is told["success_percent"] is None
    assert told["counted"] == 3


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Send one of object, folder, transfer, size_bytes."),
        ({"size_bytes": 1, "object": "obj_1"}, "Send one of"),
        ({"size_bytes": 1}, "Send destination, too"),
        ({"size_bytes": -1}, "from 0 to"),
        ({"size_bytes": 1.5}, "of type integer"),
        ({"size_bytes": True}, "of type integer"),
        ({"size_bytes": "1"}, "of type integer"),
    ],
)
def test_an_estimate_of_nothing_is_refused(
    talk: Conversation, asked: dict[str, Any], words: str
) -> None:
    assert words in talk.refused("estimate", **asked)


def figures(day: int, destination: str = "acme", hour: int | None = None) -> StatisticsRow:
    return StatisticsRow(
        day=None if hour is not None else date(2026, 11, day),
        hour=None if hour is None else NOON.replace(day=day, hour=hour),
        destination_id=None if hour is not None else destination,
        completed=3,
        failed=1,
        cancelled=0,
        bytes=300,
        seconds=30.0,
        reasons=(ReasonCount(code="no_space", count=1),),
    )


def test_figures_are_added_up_by_destination(talk: Conversation) -> None:
    seen: list[StatisticsQuery] = []

    def answer(path: Mapping[str, str], query: StatisticsQuery) -> StatisticsView:
        seen.append(query)
        rows = (figures(21), figures(22), figures(22, "bank"))
        return StatisticsView(counted_since=date(2026, 11, 1), rows=rows)

    talk.reader.answers["read_statistics"] = answer
    told = talk.ask("statistics", days=2, whose="everybody")
    [query] = seen
    assert (query.first, query.until, query.owner) == (date(2026, 11, 21), NOON.date(), "*")
    assert [(row["destination_id"], row["completed"]) for row in told["rows"]] == [
        ("acme", 6),
        ("bank", 3),
    ]
    assert told["all"]["success_percent"] == 75
    assert told["all"]["mean_seconds"] == 10
    assert told["all"]["reasons"] == {"no_space": 3}


def test_figures_by_the_hour_are_of_the_hour_of_the_day(talk: Conversation) -> None:
    rows = (figures(21, hour=3), figures(22, hour=3), figures(22, hour=14))
    talk.reader.answers["read_statistics"] = StatisticsView(counted_since=None, rows=rows)
    told = talk.ask("statistics", by="hour")
    assert [(row["hour"], row["completed"]) for row in told["rows"]] == [
        ("03:00 UTC", 6),
        ("14:00 UTC", 3),
    ]


def test_figures_of_nothing_divide_by_nothing(talk: Conversation) -> None:
    talk.reader.answers["read_statistics"] = StatisticsView(counted_since=None, rows=())
    told = talk.ask("statistics")
    assert told["all"]["success_percent"] is told["all"]["mean_seconds"] is None
