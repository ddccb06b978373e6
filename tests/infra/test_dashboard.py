"""The dashboard shows what was asked for, and nothing that does not exist."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.lint.dashboards import blind_dashboards
from infra.lint.deployments import AWS_STAGES
from infra.lint.expansion import Expansion
from infra.lint.physical import text_of
from tests.infra.resources import TEMPLATES
from tests.infra.test_every_alarm import stage_with

WANTED = [
    "Transfers that succeeded",
    "Transfers by state",
    "How long transfers took, s",
    "Calls of functions",
    "Error rates of functions, %",
    "API calls",
    "API latency, ms",
    "API errors",
    "DynamoDB capacity consumed",
    "DynamoDB throttled",
    "Workflows by outcome",
    "Read from S3, bytes/s",
    "Written to partners, bytes/s",
    "Messages that wait",
    "Age of the oldest message, s",
    "Dead letters",
    "Open lanes, and sessions that partners allow",
    "Tickets",
    "Messages to people",
    "Connections of watchers",
    "Cost of a TB, USD",
    "Alarms that ring",
]


def body_of(stage: list[Expansion]) -> dict[str, Any]:
    dashboard = stage[-1].resources["Dashboard"]["Properties"]["DashboardBody"]
    body: dict[str, Any] = json.loads(text_of(stage[-1], dashboard))
    return body


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_it_shows_all_that_was_asked_for_and_all_of_it_exists(stage: str) -> None:
    expanded = stage_with({}, stage)
    titles = {each["properties"].get("title") for each in body_of(expanded)["widgets"]}
    assert titles >= set(WANTED)
    assert not list(blind_dashboards(expanded[-1], expanded))


def shown(widget: str, stage: list[Expansion]) -> list[list[Any]]:
    [found] = [
        each["properties"]["metrics"]
        for each in body_of(stage)["widgets"]
        if each["properties"].get("title") == widget
    ]
    return list(found)


def test_every_function_queue_and_dead_letter_queue_is_on_it() -> None:
    expanded = stage_with({})
    functions = {row[3] for row in shown("Calls of functions", expanded)}
    assert functions == {
        text_of(each, properties["FunctionName"])
        for each in expanded
        for _, properties in each.of_kind("AWS::Lambda::Function")
    }
    queues = {
        row[3] for title in ("Messages that wait", "Dead letters") for row in shown(title, expanded)
    }
    assert queues == {
        text_of(each, properties["QueueName"])
        for each in expanded
        for _, properties in each.of_kind("AWS::SQS::Queue")
    }


Change = Callable[[dict[str, Any]], object]
WRONG: list[tuple[str, Change]] = [
    ("has 'colour'", lambda body: graph(body)["properties"].update(colour="red")),
    ("has 'hight'", lambda body: graph(body).update(hight=3)),
    ("which is no widget", lambda body: graph(body).update(type="metrics")),
    ("does not fit", lambda body: graph(body).update(width=25)),
    ("overlap", lambda body: graph(body).update(y=0)),
    ("needs a region", lambda body: graph(body)["properties"].pop("region")),
    ("needs a region", lambda body: graph(body)["properties"].update(view="line")),
    ("shows 0 metrics", lambda body: graph(body)["properties"].update(metrics=[])),
    ("no metric Cuont", lambda body: row(body).__setitem__(1, "Cuont")),
    ("no ApiName 'x'", lambda body: row(body).__setitem__(3, "x")),
    ("is no namespace", lambda body: row(body).pop(3)),
    ("'p100'", lambda body: row(body)[-1].update(stat="p100")),
    ("'axis'", lambda body: row(body)[-1].update(axis="left")),
    ("shows none of its lines", lambda body: row(body)[-1].update(visible=False)),
    (
        "with nothing, which is no id",
        lambda body: graph(body)["properties"]["metrics"].append([{"expression": "nothing + 1"}]),
    ),
    ("no alarm of this stage", lambda body: body["widgets"][1]["properties"]["alarms"].append("a")),
    ("no JSON", lambda body: body.update(broken=True)),
    ("has 'title'", lambda body: body.update(title="x")),
]


def graph(body: dict[str, Any]) -> dict[str, Any]:
    [found] = [each for each in body["widgets"] if each["properties"].get("title") == "API calls"]
    widget: dict[str, Any] = found
    return widget


def row(body: dict[str, Any]) -> list[Any]:
    first: list[Any] = graph(body)["properties"]["metrics"][0]
    return first


@pytest.mark.parametrize(("told", "change"), WRONG, ids=[told for told, _ in WRONG])
def test_what_the_console_would_show_as_an_error_is_found(told: str, change: Change) -> None:
    template = copy.deepcopy(TEMPLATES["observability"])
    properties = template["Resources"]["Dashboard"]["Properties"]
    body = json.loads(properties["DashboardBody"]["Fn::Sub"])
    change(body)
    written = "{" if "broken" in body else json.dumps(body)
    properties["DashboardBody"] = {"Fn::Sub": written}
    expanded = stage_with({"observability": template})
    found = [finding.message for finding in blind_dashboards(expanded[-1], expanded)]
    assert any(told in each for each in found), found
