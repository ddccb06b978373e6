"""The pieces of a dashboard's body, as CloudWatch documents it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.observability.reading import Thing

COLUMNS = 24  # of the grid
REGION = "${AWS::Region}"

Row = list[Any]
Widget = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One metric of a thing. `place` is another place than the thing's own. A `hidden` one is there
    for an expression that names it by `id`."""

    metric: str
    thing: Thing
    stat: str = "Sum"
    label: str = ""
    id: str = ""
    place: Mapping[str, object] | None = None
    right: bool = False
    hidden: bool = False

    def row(self) -> Row:
        place = self.thing.place if self.place is None else self.place
        named = [part for name, value in place.items() for part in (name, plain(value))]
        drawn: Row = [{"stat": self.stat, "label": self.label or self.metric}]
        drawn[0] |= {"id": self.id} if self.id else {}
        drawn[0] |= {"yAxis": "right"} if self.right else {}
        drawn[0] |= {"visible": False} if self.hidden else {}
        return [plain(self.thing.namespace), self.metric, *named, *drawn]


@dataclass(frozen=True)
class Term:
    """A line that an expression makes from the others."""

    expression: str
    label: str
    id: str
    right: bool = False

    def row(self) -> Row:
        axis = {"yAxis": "right"} if self.right else {}
        return [{"expression": self.expression, "label": self.label, "id": self.id, **axis}]


def plain(value: object) -> str:
    """A name as it stands inside a Sub."""
    if isinstance(value, dict):
        return str(value["Fn::Sub"]) if "Fn::Sub" in value else f"${{{value['Ref']}}}"
    return str(value)


def graph(title: str, lines: Iterable[Line | Term], **more: object) -> Widget:
    properties = {
        "title": title,
        "view": "timeSeries",
        "stacked": False,
        "region": REGION,
        "period": 60,
        "metrics": [line.row() for line in lines],
        **more,
    }
    return {"type": "metric", "properties": properties}


def number(title: str, lines: Iterable[Line | Term], **more: object) -> Widget:
    """Of the whole time that is shown."""
    return graph(
        title,
        lines,
        **{"view": "singleValue", "setPeriodToTimeRange": True, "stacked": False} | more,
    )


def text(markdown: str) -> Widget:
    return {"type": "text", "properties": {"markdown": markdown}}


def alarms(title: str, arns: Sequence[str]) -> Widget:
    return {"type": "alarm", "properties": {"title": title, "alarms": list(arns)}}


def laid_out(rows: Iterable[tuple[int, Sequence[Widget]]]) -> str:
    """The body, from rows as (height, widgets). The widgets of a row share its width. A graph that
    has nothing to show is left out: a service that it is about is not there."""
    placed, top = [], 0
    for height, given in rows:
        widgets = [each for each in given if each["properties"].get("metrics") != []]
        if not widgets:
            continue
        width = COLUMNS // len(widgets)
        for index, widget in enumerate(widgets):
            placed.append(
                {**widget, "x": index * width, "y": top, "width": width, "height": height}
            )
        top += height
    return json.dumps({"start": "-PT6H", "widgets": placed}, separators=(",", ":"))
