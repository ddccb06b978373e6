"""The faults that tickets survive: each in each operation, against the double of ServiceNow.

python -m tests.integration.ticketing.matrix       writes docs/faults-tickets.md
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

from infra.stacks import REPOSITORY
from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from services.ticketing.adapters.servicenow_desk import ServiceNowDesk
from services.ticketing.adapters.servicenow_instance import Instance
from services.ticketing.domain.ports import Desk, LoginVersion
from services.ticketing.domain.ticket import Key, Kind
from services.ticketing.use_cases.write_due import write_due
from tests.doubles.http_program import Program, started
from tests.fakes.actors import Stage
from tests.fakes.lives import Killed
from tests.fakes.ticketing_world import TicketingWorld
from tests.unit.progress.stories import AnyEvent, Story

PAGE = REPOSITORY / "docs" / "faults-tickets.md"
TABLE = "/api/now/table/incident"
SECONDS, SHORT_SECONDS = 15.0, 0.4  # of a call; the short one where the fault hangs
HANGS = ("timeout_before", "timeout_after", "slow_body")
PATHS = {
    "find": ("GET", TABLE),
    "create": ("POST", TABLE),
    "read": ("GET", f"{TABLE}/*"),
    "change": ("PATCH", f"{TABLE}/*"),
}
FAULTS: Mapping[str, Mapping[str, Any]] = {
    "timeout before it was done": {"kind": "timeout_before"},
    "timeout after it was done": {"kind": "timeout_after"},
    "reset before it was done": {"kind": "reset_before"},
    "reset after it was done": {"kind": "reset_after"},
    "slow body": {"kind": "slow_body", "seconds": 0.1},
    "malformed JSON": {"kind": "malformed_json"},
    "login page with 200": {"kind": "html"},
    "401, until the secret changes": {"kind": "status", "status": 401},
    "403": {"kind": "status", "status": 403},
    "404": {"kind": "status", "status": 404},
    "429 with Retry-After": {"kind": "status", "status": 429, "retry_after": 120},
    "429 without Retry-After": {"kind": "status", "status": 429},
    "500 five times": {"kind": "status", "status": 500, "count": 5},
    "503 with Retry-After": {"kind": "status", "status": 503, "retry_after": 60},
}
CRASH, TWO = "crash between the call and its record", "two workers at once"
EVENTS: Mapping[str, Callable[[list[AnyEvent]], list[AnyEvent]]] = {
    "doubled": lambda events: [event for each in events for event in (each, each)],
    "reordered": lambda events: list(reversed(events)),
    "late: again after the end": lambda events: [*events, *events],
}
_numbers = count(1)


@dataclass
class Secret:
    """Implements Instances and Login."""

    value: Instance

    def instance(self) -> Instance:
        return self.value

    def version(self) -> LoginVersion:
        return LoginVersion(self.value.version, True)


class Desks:
    """Waits only a short time for the first call of the operation, which hangs. So no other call
    is lost where the machine is busy."""

    def __init__(self, patient: Desk, hurried: Desk, operation: str) -> None:
        self._patient, self._hurried = patient, hurried
        self._operation: str | None = operation

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name != self._operation:
            return getattr(self._patient, name)
        self._operation = None
        return getattr(self._hurried, name)


@dataclass(frozen=True)
class Cell:
    operation: str
    fault: str


@dataclass(frozen=True)
class Outcome:
    """`tickets` are (kind, state) of what ServiceNow has of the transfer."""

    tickets: tuple[tuple[str, str], ...]
    minutes: int
    requests: int
    notes: int


CELLS = [
    *(Cell(operation, fault) for operation in PATHS for fault in (*FAULTS, CRASH, TWO)),
    *(Cell("events", fault) for fault in EVENTS),
]
RIGHT = (("audit", "6"), ("user", "6"))


def played(cell: Cell, double: Program) -> Outcome:
    """A transfer that is asked for, starts and completes, with the fault on its way."""
    secret = Secret(Instance("v1", double.url, "127.0.0.1", "fileferry", "double-password"))
    http = GuardedHttp(AddressGuard.of(["127.0.0.0/8"]))
    clock = TicketingWorld()
    patient = ServiceNowDesk(http, secret, clock.now, seconds=SECONDS)
    hurried = ServiceNowDesk(http, secret, clock.now, seconds=SHORT_SECONDS)
    hangs = FAULTS.get(cell.fault, {}).get("kind") in HANGS
    desk: Any = Desks(patient, hurried, cell.operation) if hangs else patient
    world = TicketingWorld(desk=desk, login=secret)
    story = Story(f"m-{next(_numbers)}")
    before = len(double.requests())
    _befall(cell, world, double)
    events = [story.requested(), story.started(), story.completed()]
    for event in EVENTS.get(cell.fault, list)(events):
        world.hear(event)
        _work(cell, world)
    world.minutes(1)
    if "401" in cell.fault:
        assert world.gates.gate.refused_login == "v1"
        secret.value = replace(secret.value, version="v2")
    minutes = 1
    while world.is_waiting() and minutes < 300:
        world.minutes(1)
        minutes += 1
    double.clear_faults()
    requests = len(double.requests()) - before
    return _outcome(story, double, minutes, requests)


def _befall(cell: Cell, world: TicketingWorld, double: Program) -> None:
    if cell.fault in FAULTS:
        method, path = PATHS[cell.operation]
        double.order({"method": method, "path": path, **FAULTS[cell.fault]})
    elif cell.fault == CRASH:
        world.calls.lose_answer(f"desk.{cell.operation}", lambda: Killed("worker"))


def _work(cell: Cell, world: TicketingWorld) -> None:
    """By a worker that may be killed, or by two that reach the operation together."""
    if cell.fault != TWO:
        while world.nudges.queued:
            subject = world.nudges.queued.pop(0)
            try:
                write_due(subject, ports=world.ports)
            except Killed:
                continue
        return
    stage = Stage()
    for subject in set(world.nudges.queued):
        for _ in range(2):
            stage.start("worker", partial(write_due, subject, ports=world.ports))
    world.nudges.queued.clear()
    for worker in list(stage.actors):
        worker.advance_to(f"desk.{cell.operation}", at_most=60)
    while stage.actors:
        for worker in list(stage.actors):
            worker.advance()


def _outcome(story: Story, double: Program, minutes: int, requests: int) -> Outcome:
    tickets: list[tuple[str, str]] = []
    notes = 0
    for kind in (Kind.AUDIT, Kind.USER):
        for generation in (1, 2):
            key = Key(f"T#{story.transfer_id}", kind, generation)
            found = double.control("GET", f"records?correlation_id={key.ticket_id}")
            tickets += [(kind.value, record["state"]) for record in found["records"]]
            journals = [each for record in found["records"] for each in record["journal"]]
            notes += len(journals)
    return Outcome(tuple(tickets), minutes, requests, notes)


def page(outcomes: Mapping[Cell, Outcome]) -> Iterator[str]:
    yield "# What tickets survive"
    yield ""
    yield "Generated by `python -m tests.integration.ticketing.matrix`; a test compares it."
    yield "Each line is a transfer that is asked for, starts and completes, while the fault meets"
    yield "the first call of that kind. The clock is the test's own, and sweeps come each minute."
    yield ""
    yield "| operation | fault | user | audit | state | notes | requests | right after |"
    yield "|---|---|---|---|---|---|---|---|"
    for cell, found in outcomes.items():
        kinds = [kind for kind, _ in found.tickets]
        states = "resolved" if {state for _, state in found.tickets} == {"6"} else "WRONG"
        counted = f"{kinds.count('user')} | {kinds.count('audit')}"
        told = f"{found.notes} | {found.requests} | {found.minutes} min"
        yield f"| {cell.operation} | {cell.fault} | {counted} | {states} | {told} |"


def main() -> None:
    with started("tests.doubles.servicenow") as double:
        outcomes = {cell: played(cell, double) for cell in CELLS}
    PAGE.write_text("\n".join(page(outcomes)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
