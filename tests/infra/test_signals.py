"""Each metric of the table is emitted by what really happens, and nothing else is emitted."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from infra.complete.description import read_service
from infra.observability.signals import SIGNALS, Kind, Signal, signal
from infra.stacks import REPOSITORY, all_stacks, find_stack
from infra.templates import read_template
from kernel.metering import Unit
from kernel.outbox import OutboxEvent
from runtime.batches import MESSAGES_FAILED
from runtime.http import SERVER_ERRORS
from runtime.telemetry import VersionFailures
from services.agent.domain.errors import ModelAway, ModelBusy
from services.notify.domain_services import count_events as of_messages
from services.ticketing.adapters.telemetry_alarms import TO_LOOK_AT
from services.ticketing.domain.errors import CaseBusy
from services.ticketing.domain_services import count_events as of_tickets
from services.transfer.domain.lane_target import first_target
from services.transfer.use_cases.measure_open import measure_open
from services.transfer.use_cases.steer_transfer import cancel_transfer
from services.transfer.wiring import AwsPorts
from tests.fakes.callers import ANN
from tests.fakes.live_world import LiveWorld
from tests.fakes.metering import InMemoryMeter
from tests.fakes.notify_world import NotifyWorld
from tests.fakes.synthetic_world import SyntheticWorld
from tests.fakes.ticketing_world import TicketingWorld, whole_story
from tests.fakes.world import World
from tests.unit.agent.test_metered_model import REPLY, asked
from tests.unit.notify.test_sending import GONE
from tests.unit.progress.stories import Story
from tests.unit.transfer.driving import BODY, fail_half_way

NAME = re.compile(r"([A-Z][a-z0-9]+){2,}")
Units = Mapping[str, Unit]
MADE_ELSEWHERE = {"ColdStart", "WorkerErrors"}  # by Powertools, by a filter of the log
EMITS = re.compile(r"\b(?:meter|_meter|TelemetryMeter\(\))\.add|\bcount_one|\balarms\.measure")


def of_transfer() -> Units:
    world = World()
    place = world.ports.destinations.read("acme").place
    known = first_target("acme", place, 3, 0.01, world.clock)
    world.ports.targets.save(replace(known, bytes_per_second=1_000.0), None)
    completed = world.request(BODY)
    world.run()
    world.published(completed)
    world.published(fail_half_way(world, target_path="failed.csv"))
    cancelled = world.request(BODY, target_path="cancelled.csv")
    measure_open(ports=world.ports)
    cancel_transfer(cancelled.id, ANN, ports=world.ports)
    world.run()
    world.published(cancelled)
    AwsPorts.certificate_seen(world.ports, "acme", world.clock + timedelta(days=90))  # type: ignore[arg-type]
    return world.meter.units


def of_ticketing() -> Units:
    world = TicketingWorld()
    world.hear(*whole_story()[:1])
    world.work()
    world.desk.keeps_states = True  # so that the ticket cannot be ended
    world.hear(*whole_story(), Story("t-2").requested())
    world.work()
    world.nudges.queued.clear()
    world.calls.fail("tickets.store", CaseBusy("T#t-2"))
    world.pass_time(timedelta(hours=1))
    world.sweep()
    meter = counted(of_tickets, [*world.tickets.told, *world.gates.told])
    for name in world.alarms.measured:
        meter.add(name, 0, Unit.SECONDS)  # as TelemetryAlarms does
    for _ in world.alarms.told:
        meter.add(TO_LOOK_AT)
    return meter.units


def counted(service: object, events: list[OutboxEvent]) -> InMemoryMeter:
    meter = InMemoryMeter()
    count = service.counting(meter)  # type: ignore[attr-defined]
    for event in events:
        count(event)
    return meter


def of_notify() -> Units:
    world = NotifyWorld()
    world.channel()
    world.hear(Story().failed())
    world.settle()
    world.receivers.faults += [GONE]
    world.hear(Story("t-2").failed())
    world.settle()
    return counted(of_messages, world.notifications.events).units


def of_progress() -> Units:
    world = LiveWorld()
    world.connect("c-1")
    return world.meter.units


def of_synthetic() -> Units:
    world = SyntheticWorld()
    world.run("1")
    world.ferry.ends = None
    world.run("2")
    return world.meter.units


def of_agent() -> Units:
    units: dict[str, Unit] = {}
    for answer in (REPLY, ModelBusy("429"), ModelAway("503")):
        units |= asked(answer).units
    return units


STORIES = {
    "agent": of_agent,
    "transfer": of_transfer,
    "ticketing": of_ticketing,
    "notify": of_notify,
    "progress": of_progress,
    "synthetic": of_synthetic,
}


def listed(service: str) -> dict[str, Signal]:
    """Those that the service itself emits."""
    of_runtime = {SERVER_ERRORS, MESSAGES_FAILED, VersionFailures.NAME} | MADE_ELSEWHERE
    return {s.name: s for s in SIGNALS if s.service == service and s.name not in of_runtime}


@pytest.mark.parametrize("service", STORIES)
def test_what_happens_in_a_service_emits_all_of_its_metrics_and_no_others(service: str) -> None:
    found = dict(STORIES[service]())
    assert found == {name: each.unit for name, each in listed(service).items()}


def test_no_other_service_has_metrics_of_its_own() -> None:
    assert {each.service for each in SIGNALS} - {""} <= {stack.name for stack in all_stacks()}
    services = {stack.name for stack in all_stacks() if stack.is_service}
    assert [name for name in services - STORIES.keys() if listed(name)] == []


def test_what_runtime_counts_is_listed_for_each_service_that_has_such_functions() -> None:
    for stack in all_stacks():
        if not stack.is_service:
            continue
        short = read_template(stack.template)
        service = read_service(stack.name, short.pop("Service"), short)
        names = {each.name for each in SIGNALS if each.service == stack.name}
        assert (SERVER_ERRORS in names) is service.has("api"), stack.name
        assert (MESSAGES_FAILED in names) is service.has("events", "queue"), stack.name
        assert {"ColdStart", VersionFailures.NAME} <= names, stack.name


def test_the_containers_errors_are_counted_under_the_name_in_the_table() -> None:
    filters = [
        transformation
        for resource in find_stack("worker").completed()["Resources"].values()
        if resource["Type"] == "AWS::Logs::MetricFilter"
        for transformation in resource["Properties"]["MetricTransformations"]
    ]
    [worker] = [each for each in SIGNALS if not each.service]
    assert [(each["MetricName"], each.get("Dimensions", ())) for each in filters] == [
        (worker.name, worker.dimensions)
    ]


def sources() -> Iterator[Path]:
    for folder in ("services", "runtime", "kernel"):
        yield from (REPOSITORY / folder).rglob("*.py")


def test_every_name_that_the_code_emits_is_in_the_table() -> None:
    """Whatever way it takes: each text that looks like a metric's name in a call that emits one."""
    known = {each.name for each in SIGNALS}
    emitted: set[str] = set()
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if not EMITS.search(text):
            continue
        nodes = list(ast.walk(ast.parse(text)))
        classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
        names = {each for each in texts if isinstance(each, str) and NAME.fullmatch(each)}
        emitted |= names - classes  # an annotation may be a text
    assert emitted - known == set()
    assert len(emitted & known) >= 15


def test_a_name_is_listed_once_for_a_service_and_says_what_it_means() -> None:
    names = [(each.name, each.service) for each in SIGNALS]
    assert len(names) == len(set(names))
    for each in SIGNALS:
        assert re.fullmatch(r"[A-Z]\w+", each.name)
        assert each.meaning.endswith(".")
        assert (each.kind is Kind.DURATION) is (each.unit in (Unit.SECONDS, Unit.PERCENT)) or (
            each.name == "OldestTicketSeconds"
        )


def test_a_name_that_is_not_listed_is_told_with_those_that_are() -> None:
    assert signal("TransfersFailed", "transfer").unit is Unit.COUNT
    with pytest.raises(LookupError, match="NotificationsFailed, NotificationsSent"):
        signal("Typo", "notify")
