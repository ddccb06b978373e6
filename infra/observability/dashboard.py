"""The dashboard: what the stage does, whether it does it well, and where it is stuck.

It is made from the same reading as the alarms, so a new queue or function is on it by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.complete.intrinsics import Value, resource, sub
from infra.observability.composites import Composite
from infra.observability.reading import Kind, Thing
from infra.observability.widgets import (
    REGION,
    Line,
    Term,
    Widget,
    alarms,
    graph,
    laid_out,
    number,
    text,
)

DEAD = (Kind.DEAD_MESSAGES, Kind.DEAD_EVENTS, Kind.DEAD_CALLS)
WAITING = (Kind.QUEUE, Kind.LONG_QUEUE)
HEIGHT, FLAT = 6, 3
# US dollars, list prices of 2026-01 in eu-central-1; docs/cost.md has them all, and more exactly.
GIGABYTE_SECOND = 0.0000133334
TRANSITIONS = 15 * 0.000025  # of one workflow
OUT_OF_AWS = 90  # for a TB; within AWS it is less
WORKER_GIGABYTES = 1769 / 1024
TERABYTE = 10**12


@dataclass(frozen=True)
class Board:
    things: Sequence[Thing]

    def of(self, *kinds: Kind) -> Iterator[Thing]:
        return (thing for thing in self.things if thing.kind in kinds)

    def service(self, name: str) -> Thing | None:
        return next((each for each in self.of(Kind.SERVICE) if each.stack == name), None)

    def own(self, service: str, *metrics: str, stat: str = "Sum") -> Iterator[Line]:
        """What a service counts itself, if there is the service."""
        thing = self.service(service)
        if thing is not None:
            for each in metrics:
                yield Line(each, thing, stat)

    def each(self, metric: str, *kinds: Kind, stat: str = "Sum") -> Iterator[Line]:
        """The same metric of everything of these kinds."""
        return (Line(metric, thing, stat, label=thing.name) for thing in self.of(*kinds))


def dashboard(things: Sequence[Thing], composites: Sequence[Composite]) -> Value:
    body = laid_out(_rows(Board(things), composites))
    # Dashboards are one for all regions, so the name has the region.
    properties = {
        "DashboardName": sub("fileferry-${Stage}-${AWS::Region}"),
        "DashboardBody": sub(body),
    }
    return resource("CloudWatch::Dashboard", properties)


def _rows(board: Board, composites: Sequence[Composite]) -> Iterator[tuple[int, Sequence[Widget]]]:
    arn = f"arn:${{AWS::Partition}}:cloudwatch:{REGION}:${{AWS::AccountId}}:alarm:"
    ringing = [f"{arn}fileferry-${{Stage}}-{each.name}" for each in composites]
    told = "# FileFerry ${Stage}\nRunbooks: ${Runbooks}docs/runbooks/ · Times are UTC."
    yield 2, [text(told)]
    yield HEIGHT, [alarms("Alarms that ring", ringing)]
    yield FLAT, list(_figures(board))
    yield HEIGHT, list(_transfers(board))
    yield HEIGHT, list(_bytes(board))
    yield HEIGHT, list(_queues(board))
    yield HEIGHT, list(_functions(board))
    yield HEIGHT, list(_api(board))
    yield HEIGHT, list(_tables_and_workflows(board))
    yield HEIGHT, list(_people(board))
    yield HEIGHT, list(_agent(board))


def _figures(board: Board) -> Iterator[Widget]:
    ended = {
        "completed": "TransfersCompleted",
        "failed": "TransfersFailed",
    }
    lines = [
        Line(metric, thing, id=key, hidden=True)
        for key, metric in ended.items()
        if (thing := board.service("transfer"))
    ]
    rate = Term("100 * completed / (completed + FILL(failed, 0))", "succeeded, %", "rate")
    yield number("Transfers that succeeded", [*lines, rate])
    yield number("Transfers that ended", list(board.own("transfer", *ended.values())))
    yield number("Cost of a TB, USD", list(_cost(board)))
    yield number(
        "Synthetic transfers", list(board.own("synthetic", "SyntheticCompleted", "SyntheticFailed"))
    )


def _cost(board: Board) -> Iterator[Line | Term]:
    """Of the lanes and workflows; and with what AWS asks for bytes that leave it."""
    delivered = board.service("transfer")
    workers = [each for each in board.of(Kind.FUNCTION) if each.name == "transfer-lane-worker"]
    workflows = list(board.of(Kind.WORKFLOW))
    if delivered is None or not workers or not workflows:
        return
    yield Line("BytesDelivered", delivered, id="bytes", hidden=True)
    yield Line("Duration", workers[0], id="worked", hidden=True)
    yield Line("ExecutionsStarted", workflows[0], id="begun", hidden=True)
    lanes = f"worked / 1000 * {WORKER_GIGABYTES:.4f} * {GIGABYTE_SECOND:.10f}"
    made = f"({lanes} + begun * {TRANSITIONS:.6f})"
    yield Term(f"{made} / (bytes / {TERABYTE})", "lanes and workflows", "made")
    yield Term(f"made + {OUT_OF_AWS}", "and out of AWS", "out")


def _transfers(board: Board) -> Iterator[Widget]:
    states = ("TransfersWaiting", "TransfersRunning", "TransfersPaused")
    yield graph(
        "Transfers by state", list(board.own("transfer", *states, stat="Maximum")), stacked=True
    )
    thing = board.service("transfer")
    if thing is not None:
        durations = [
            Line("TransferSeconds", thing, "Average", label="average"),
            Line("TransferSeconds", thing, "p95", label="p95"),
            Line("DurationOfEstimate", thing, "p90", label="p90, % of the estimate", right=True),
        ]
        yield graph("How long transfers took, s", durations, period=300)
    stuck = ("StandingStill", "TransfersOverdue")
    yield graph("Transfers in trouble", list(board.own("transfer", *stuck, stat="Maximum")))


def _bytes(board: Board) -> Iterator[Widget]:
    for title, metric in (
        ("Read from S3, bytes/s", "BytesRead"),
        ("Written to partners, bytes/s", "BytesWritten"),
    ):
        thing = board.service("transfer")
        if thing is not None:
            moved = Line(metric, thing, id="moved", hidden=True)
            yield graph(title, [moved, Term("moved / PERIOD(moved)", "bytes/s", "rate")])
    lanes = board.own("transfer", "OpenLanes", "SessionSlots", stat="Maximum")
    yield graph("Open lanes, and sessions that partners allow", list(lanes))


def _queues(board: Board) -> Iterator[Widget]:
    visible = "ApproximateNumberOfMessagesVisible"
    age = "ApproximateAgeOfOldestMessage"
    yield graph("Messages that wait", list(board.each(visible, *WAITING, stat="Maximum")))
    yield graph("Age of the oldest message, s", list(board.each(age, *WAITING, stat="Maximum")))
    yield graph("Dead letters", list(board.each(visible, *DEAD, stat="Maximum")))


def _functions(board: Board) -> Iterator[Widget]:
    yield graph("Calls of functions", list(board.each("Invocations", Kind.FUNCTION)))
    yield graph("Error rates of functions, %", list(_error_rates(board)))
    yield graph("Functions throttled", list(board.each("Throttles", Kind.FUNCTION)))


def _error_rates(board: Board) -> Iterator[Line | Term]:
    for index, thing in enumerate(board.of(Kind.FUNCTION)):
        errors, calls = f"e{index}", f"c{index}"
        yield Line("Errors", thing, id=errors, hidden=True)
        yield Line("Invocations", thing, id=calls, hidden=True)
        yield Term(f"100 * {errors} / {calls}", thing.name, f"r{index}")


def _api(board: Board) -> Iterator[Widget]:
    apis = list(board.of(Kind.REST_API))
    yield graph("API calls", [Line("Count", api) for api in apis])
    stats = ("p50", "p95", "p99")
    latencies = [Line("Latency", api, stat, label=stat) for api in apis for stat in stats]
    yield graph("API latency, ms", latencies)
    yield graph(
        "API errors", [Line(name, api) for api in apis for name in ("4XXError", "5XXError")]
    )


def _tables_and_workflows(board: Board) -> Iterator[Widget]:
    tables = list(board.of(Kind.TABLE))
    consumed = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    used = [Line(m, t, label=f"{t.stack} {m[8:-13].lower()}") for t in tables for m in consumed]
    yield graph("DynamoDB capacity consumed", used)
    throttled = ("ReadThrottleEvents", "WriteThrottleEvents")
    places = [(table, place) for table in tables for place in (table.place, *table.parts)]
    yield graph(
        "DynamoDB throttled",
        [
            Line(m, table, place=place, label=_place(table, place, m))
            for table, place in places
            for m in throttled
        ],
    )
    outcomes = ("Succeeded", "Failed", "TimedOut", "Aborted")
    yield graph(
        "Workflows by outcome",
        [
            Line(f"Executions{each}", thing, label=each)
            for thing in board.of(Kind.WORKFLOW)
            for each in outcomes
        ],
    )


def _place(table: Thing, place: object, metric: str) -> str:
    index = place.get("GlobalSecondaryIndexName", "") if isinstance(place, dict) else ""
    return " ".join(filter(None, (table.stack, str(index), metric.split("Throttle")[0].lower())))


def _people(board: Board) -> Iterator[Widget]:
    yield graph("Tickets", list(board.own("ticketing", "TicketsWritten", "TicketsFailed")))
    sent = ("NotificationsSent", "NotificationsFailed")
    yield graph("Messages to people", list(board.own("notify", *sent)))
    opened = list(board.own("progress", "ConnectionsOpened"))
    counted = [Line("MessageCount", thing, right=True) for thing in board.of(Kind.SOCKET_API)]
    yield graph("Connections of watchers", [*opened, *counted])


def _agent(board: Board) -> Iterator[Widget]:
    asked = ("ModelAnswered", "ModelThrottled", "ModelFailed")
    yield graph("Calls of the agent's model", list(board.own("agent", *asked)))
    yield graph("Its tokens", list(board.own("agent", "TokensRead", "TokensWritten")))
