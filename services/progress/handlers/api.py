"""The progress service's REST route: how transfers ended."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import statistics_api as http
from contracts.statistics_routes import STATISTICS_ROUTES
from runtime.calls import Call
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.http import Api
from runtime.problems import Problems
from services.progress import wiring
from services.progress.domain.ending import BYTES, MILLISECONDS, Outcome
from services.progress.domain.ports import Ports
from services.progress.domain.statistics import Row, StatisticsQuery
from services.progress.use_cases.read_statistics import read_statistics

PROBLEMS = Problems({})  # every error that is answered has a status of its own


def build() -> Api:
    wires = wiring.build()
    operations = {"read_statistics": partial(_statistics, wires.ports)}
    return Api(STATISTICS_ROUTES, operations, PROBLEMS, wires.settings.cors_origins)


@entrypoint(build)
def handler(event: LambdaEvent, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)


def _statistics(ports: Ports, call: Call[None]) -> http.StatisticsView:
    sent: http.StatisticsQuery = call.query
    asked = StatisticsQuery(
        sent.first,
        sent.until,
        time_zone=sent.time_zone,
        by_hour=sent.group == "hour",
        destination=sent.destination,
        owner=sent.owner,
    )
    found = read_statistics(asked, call.caller, ports=ports)
    rows = tuple(map(_row, found.rows))
    return http.StatisticsView(counted_since=found.counted_since, rows=rows)


def _row(row: Row) -> http.StatisticsRow:
    figures = row.figures
    return http.StatisticsRow(
        day=row.day,
        hour=row.hour,
        destination_id=row.destination,
        **{each.value: figures.get(each, 0) for each in Outcome},
        bytes=figures.get(BYTES, 0),
        seconds=figures.get(MILLISECONDS, 0) / 1_000,
        reasons=tuple(http.ReasonCount(code=code, count=n) for code, n in row.reasons),
    )
