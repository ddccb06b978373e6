"""Dashboards that CloudWatch would refuse, or draw empty because what they show does not exist.

What a body may hold is from CloudWatch's 'Dashboard body structure and syntax'. CloudFormation
takes any text there, and the console shows an error in the place of the widget.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from infra.lint.alarms import Metric, metric_problems
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.physical import arns_of, text_of

DASHBOARD = "AWS::CloudWatch::Dashboard"
BODY = {"end", "periodOverride", "start", "variables", "widgets"}
WIDGET = {"height", "properties", "type", "width", "x", "y"}
PROPERTIES = {
    "metric": {
        *("accountId", "annotations", "end", "legend", "liveData", "metrics", "period", "region"),
        *("setPeriodToTimeRange", "singleValueFullPrecision", "sparkline", "stacked", "start"),
        *("stat", "table", "timezone", "title", "trend", "view", "yAxis"),
    },
    "text": {"background", "markdown"},
    "alarm": {"alarms", "sortBy", "states", "title"},
    "log": {"accountId", "query", "region", "stacked", "timezone", "title", "view"},
}
DRAWN = {
    *("accountId", "color", "expression", "id", "label", "period", "region", "stat", "visible"),
    "yAxis",
}
VIEWS = {"bar", "gauge", "pie", "singleValue", "table", "timeSeries"}
STAT = re.compile(r"Average|Maximum|Minimum|SampleCount|Sum|p\d{1,2}(?:\.\d+)?")
ID = re.compile(r"[a-z]\w*")
WORD = re.compile(r"\b[A-Za-z_]\w*")
FUNCTIONS = {"AVG", "FILL", "IF", "MAX", "METRICS", "MIN", "PERIOD", "RATE", "SUM"}
COLUMNS, MOST_WIDGETS, MOST_METRICS, MOST_ALARMS = 24, 500, 500, 100


def blind_dashboards(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[Finding]:
    for logical_id, properties in expansion.of_kind(DASHBOARD):
        for problem in _problems(text_of(expansion, properties["DashboardBody"]), stage):
            yield expansion.finding("dashboard", logical_id, problem)


def _problems(text: str, stage: Sequence[Expansion]) -> Iterator[str]:
    try:
        body = json.loads(text)
    except ValueError as error:
        yield f"Its body is no JSON: {error}."
        return
    yield from _unknown("The body", body, BODY)
    widgets = body.get("widgets", [])
    if not 0 < len(widgets) <= MOST_WIDGETS:
        yield f"It has {len(widgets)} widgets, AWS takes 1 to {MOST_WIDGETS}."
    for widget in widgets:
        yield from _of_widget(widget, stage)
    for one, other in combinations(widgets, 2):
        if _overlap(one, other):
            yield f"{_title(one)} and {_title(other)} overlap."


def _unknown(where: str, given: Any, known: set[str]) -> Iterator[str]:  # noqa: ANN401 - JSON
    for name in sorted(given.keys() - known):
        yield f"{where} has {name!r}, which means nothing there."


def _title(widget: Any) -> str:  # noqa: ANN401 - JSON
    properties = widget.get("properties", {})
    return repr(properties.get("title", properties.get("markdown", "?"))[:40])


def _of_widget(widget: Any, stage: Sequence[Expansion]) -> Iterator[str]:  # noqa: ANN401 - JSON
    kind, title = widget.get("type"), _title(widget)
    yield from _unknown(title, widget, WIDGET)
    if kind not in PROPERTIES:
        yield f"{title} is a {kind!r}, which is no widget: one of {', '.join(PROPERTIES)}."
        return
    properties = widget["properties"]
    yield from _unknown(title, properties, PROPERTIES[kind])
    if not (widget["x"] >= 0 and widget["width"] > 0 and widget["x"] + widget["width"] <= COLUMNS):
        yield f"{title} does not fit into {COLUMNS} columns."
    if kind == "metric":
        yield from _of_graph(title, properties, stage)
    if kind == "alarm":
        yield from _of_alarms(title, properties["alarms"], stage)
    if kind == "text" and not properties.get("markdown"):
        yield "A text widget has no markdown."


def _of_graph(title: str, properties: Any, stage: Sequence[Expansion]) -> Iterator[str]:  # noqa: ANN401
    if not properties.get("region") or properties.get("view", "timeSeries") not in VIEWS:
        yield f"{title} needs a region and one of the views {', '.join(sorted(VIEWS))}."
    rows = properties.get("metrics", [])
    if not 0 < len(rows) <= MOST_METRICS:
        yield f"{title} shows {len(rows)} metrics, AWS takes 1 to {MOST_METRICS}."
    drawn = [row[-1] if isinstance(row[-1], dict) else {} for row in rows]
    ids = [each["id"] for each in drawn if "id" in each]
    for name in sorted({name for name in ids if ids.count(name) > 1 or not ID.fullmatch(name)}):
        yield f"{title} has the id {name!r} twice, or it does not begin with a small letter."
    if rows and not any(each.get("visible", True) for each in drawn):
        yield f"{title} shows none of its lines."
    for row, drawing in zip(rows, drawn, strict=True):
        yield from _unknown(title, drawing, DRAWN)
        if not STAT.fullmatch(drawing.get("stat", "Sum")):
            yield f"{title} has the stat {drawing['stat']!r}, which is none."
        unknown = set(WORD.findall(drawing.get("expression", ""))) - set(ids) - FUNCTIONS
        for word in sorted(unknown):
            yield f"{title} has an expression with {word}, which is no id of it."
        if "expression" not in drawing:
            for problem in _of_metric(row, stage):
                yield f"{title}: {problem}"


def _of_metric(row: list[Any], stage: Sequence[Expansion]) -> Iterator[str]:
    names = [part for part in row if not isinstance(part, dict)]
    if len(names) < 2 or len(names) % 2:
        yield f"{names} is no namespace, metric, and pairs of dimension and value."
        return
    dimensions = dict(zip(names[2::2], names[3::2], strict=True))
    yield from metric_problems(Metric(names[0], names[1], dimensions), stage)


def _of_alarms(title: str, arns: list[str], stage: Sequence[Expansion]) -> Iterator[str]:
    there = arns_of(stage, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    if not 0 < len(arns) <= MOST_ALARMS:
        yield f"{title} shows {len(arns)} alarms, AWS takes 1 to {MOST_ALARMS}."
    for arn in sorted(set(arns) - there):
        yield f"{title} shows {arn}, which is no alarm of this stage."


def _overlap(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )
