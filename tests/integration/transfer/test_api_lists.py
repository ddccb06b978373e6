"""Transfers are listed through the REST API by every condition, as JSON and as CSV."""

import csv
import io
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from services.transfer.domain.failure import Failure
from services.transfer.domain.status import Status
from tests.fakes.callers import ADMIN, BOB
from tests.integration.transfer.deployed import BUCKET, Deployed
from tests.unit.runtime.gateway import request

LISTS = ("/api/transfer", "/api/history")
FAILURE = Failure("no_space", '=HYPERLINK("https://evil.example")', False)


@pytest.fixture
def three(deployed: Deployed) -> Deployed:
    """`a`, which failed; `b`, which is active and has a label; and `c` to another partner."""
    deployed.register()
    deployed.register("globex")
    failed = deployed.transfers.read(deployed.request("reports/a"))
    deployed.transfers.save(replace(failed, status=Status.FAILED, failure=FAILURE))
    deployed.request("reports/b", label="month end")
    deployed.request("c", "globex", target_path="=1+1.csv")
    return deployed


def keys(deployed: Deployed, path: str = "/api/transfer", **query: str) -> list[str]:
    answer = deployed.api("GET", path, query={"order": "oldest", **query})
    assert answer.status == 200, answer
    return [each["source"]["key"] for each in answer.body["transfers"]]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("owner", ["ann", "*"])
def test_each_condition_narrows_the_list(three: Deployed, path: str, owner: str) -> None:
    a, b, c = "reports/a", "reports/b", "c"
    for query, held in [
        ({}, [a, b, c]),
        ({"order": "newest"}, [c, b, a]),
        ({"state": "active"}, [b, c]),
        ({"state": "ended"}, [a]),
        ({"status": "failed"}, [a]),
        ({"status": "failed", "state": "active"}, []),
        ({"destination": "globex"}, [c]),
        ({"bucket": BUCKET, "prefix": "reports/"}, [a, b]),
        ({"bucket": "elsewhere"}, []),
        ({"reason": "no_space"}, [a]),
        ({"label": "month end"}, [b]),
        ({"from": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00+01:00"}, []),
        ({"from": "2020-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"}, [a, b, c]),
    ]:
        assert keys(three, path, owner=owner, **query) == held, query


def test_only_roles_that_see_all_list_what_is_others(three: Deployed) -> None:
    assert three.api("GET", "/api/transfer", caller=BOB).body["transfers"] == []
    for owner in ("ann", "*"):
        query = {"owner": owner}
        refused = three.api("GET", "/api/transfer", query=query, caller=BOB)
        assert (refused.status, refused.body["code"]) == (403, "role_missing")
        assert (
            len(three.api("GET", "/api/transfer", query=query, caller=ADMIN).body["transfers"]) == 3
        )


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"colour": "red"}, "colour"),
        ({"format": "xlsx"}, "format"),
        ({"state": "asleep"}, "state"),
        ({"status": "Failed"}, "status"),
        ({"prefix": "reports/"}, "bucket"),
        ({"from": "yesterday"}, "from"),
        ({"until": "0.5"}, "until"),
        ({"from": "1700000000"}, "from"),
        ({"from": "2020-01-01"}, "from"),
        ({"since": "2020-01-01T00:00:00Z"}, "since"),
        ({"from": "9999-12-31T23:59:59-12:00"}, "from"),
        ({"from": "2021-01-01T00:00:00Z", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"label": "a\nb"}, "label"),
        ({"label": "\ud800"}, "label"),
        ({"limit": "1001"}, "limit"),
    ],
)
def test_a_condition_that_is_not_known_or_makes_no_sense_is_refused(
    three: Deployed, path: str, query: dict[str, str], words: str
) -> None:
    refused = three.api("GET", path, query=query)
    assert refused.status == 400
    assert words in refused.body["detail"]


def test_a_condition_that_is_given_twice_is_refused(three: Deployed) -> None:
    event = request("GET", "/api/transfer", query={"status": "failed"})
    event["multiValueQueryStringParameters"] = {"status": ["moving", "failed"]}
    answer = three.invoke("api", event)
    assert answer["statusCode"] == 400
    assert "status" in answer["body"]


def test_a_label_is_its_requesters_and_shown(three: Deployed) -> None:
    [labelled] = three.api("GET", "/api/history", query={"label": "month end"}).body["transfers"]
    assert labelled["label"] == "month end"
    assert three.api("GET", f"/api/transfer/{labelled['id']}").body["label"] == "month end"
    [event] = three.events.unpublished(labelled["id"])
    assert '"label":"month end"' in event.detail


def test_history_comes_as_csv_page_by_page_and_no_cell_is_a_formula(three: Deployed) -> None:
    query: dict[str, str] = {"format": "csv", "order": "oldest", "limit": "2", "owner": "*"}
    rows: list[dict[str, str]] = []
    for more in (True, False):
        answer = three.invoke("api", request("GET", "/api/history", query=query, caller=ADMIN))
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        assert answer["statusCode"] == 200
        assert headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
        assert headers["Content-Disposition"] == 'attachment; filename="transfers.csv"'
        rows += csv.DictReader(io.StringIO(answer["body"], newline=""))
        assert ("Link" in headers) is more
        if more:
            assert headers["Link"].endswith('>; rel="next"')
            query = dict(parse_qsl(headers["Link"].removeprefix("<?").partition(">")[0]))
    assert [each["key"] for each in rows] == ["reports/a", "reports/b", "c"]
    assert [each["label"] for each in rows] == ["", "month end", ""]
    assert rows[0]["reason"] == "no_space"
    assert rows[0]["message"] == f"'{FAILURE.message}"
    assert rows[2]["target_path"] == "'=1+1.csv"
