"""How transfers ended, through the REST API, in the functions' roles."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.catalogue import encode
from kernel.caller import Caller
from tests.fakes.callers import OPERATOR, a_caller
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.functions import Handler, cold_start
from tests.integration.progress.watched import Watched
from tests.unit.progress.stories import SIZE, AnyEvent, Story
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

JANE = a_caller("jane")
PAGE = "https://console.example"
DAY = {"from": "2026-11-02", "until": "2026-11-02"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


def asked(
    api: Handler, query: Mapping[str, str], caller: Caller | None = JANE, **headers: str
) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = api(request("GET", "/api/statistics", None, sent, query, caller), Invocation())
    told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    return Answer(answer["statusCode"], json.loads(answer["body"] or "null"), told)


def hear(deployed: Watched, *events: AnyEvent) -> None:
    bodies = [put_by_rule(name, json.loads(text)) for name, text in map(encode, events)]
    assert failed(deployed.invoke("consumer", batch(*bodies))) == []


@pytest.fixture
def api(deployed: Watched, monkeypatch: pytest.MonkeyPatch) -> Handler:
    """Jane's transfer failed and was retried. Bob's was cancelled."""
    monkeypatch.setenv("CORS_ORIGINS", PAGE)
    janes, bobs = Story("t-1"), Story("t-2", "bob", destination="zenith")
    janes.requested()
    failure = janes.failed()
    janes.retried()
    janes.started()
    hear(deployed, failure, bobs.cancelled(), janes.completed(), failure)
    return cold_start("progress", "api")


def test_the_figures_are_those_of_the_last_endings(api: Handler) -> None:
    found = asked(api, DAY)
    assert found.status == 200
    assert found.body == {
        "counted_since": "2026-11-02",
        "rows": [
            {
                "day": "2026-11-02",
                "hour": None,
                "destination_id": "acme",
                "completed": 1,
                "failed": 0,
                "cancelled": 0,
                "bytes": SIZE,
                "seconds": 1.0,
                "reasons": [],
            }
        ],
    }
    assert asked(api, DAY, If_None_Match=found.headers["ETag"]).status == 304


def test_the_figures_of_all_come_by_the_hour_for_those_who_may_see_them(api: Handler) -> None:
    query = {**DAY, "group": "hour", "owner": "*", "time_zone": "Europe/Berlin"}
    [row] = asked(api, query, OPERATOR).body["rows"]
    assert (row["hour"], row["day"], row["destination_id"]) == ("2026-11-02T12:00:00Z", None, None)
    assert (row["completed"], row["cancelled"]) == (1, 1)
    refused = asked(api, query)
    assert (refused.status, refused.body["code"]) == (403, "role_missing")
    assert asked(api, query, None).status == 401


def test_reasons_are_told(deployed: Watched, api: Handler) -> None:
    hear(deployed, Story("t-3").failed(code="folder_missing"))
    [row] = asked(api, {**DAY, "destination": "acme"}).body["rows"]
    assert row["failed"] == 1
    assert row["reasons"] == [{"code": "folder_missing", "count": 1}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from": "2026-11-31"}, "from"),
        ({"from": "1793577600"}, "from"),
        ({"until": "2026-11-02T00:00:00"}, "until"),
        ({"until": "2026-11-01"}, "until"),
        ({"group": "week"}, "group"),
        ({"time_zone": "../UTC"}, "time_zone"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"destination": "*"}, "destination"),
        ({"form": "csv"}, "form"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    api: Handler, change: dict[str, str], field: str
) -> None:
    refused = asked(api, DAY | change)
    assert refused.status == 400
    assert [each["field"] for each in refused.body["errors"]] == [field]


def test_the_pages_that_are_named_may_ask(api: Handler) -> None:
    assert asked(api, DAY, Origin=PAGE).headers["Access-Control-Allow-Origin"] == PAGE
    others = asked(api, DAY, Origin="https://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in others.headers
