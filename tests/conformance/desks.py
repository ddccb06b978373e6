"""The desk in memory and the one of ServiceNow, with people who work there, too."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from services.ticketing.adapters.servicenow_desk import ServiceNowDesk
from services.ticketing.adapters.servicenow_instance import Instance
from services.ticketing.domain.desk import Record
from services.ticketing.domain.ports import Desk
from tests.doubles.http_program import Program
from tests.fakes.desk import InMemoryDesk

PASSWORD = "of a double"


@dataclass(frozen=True)
class DeskWorld:
    """`made_by_a_person` takes a correlation_id."""

    desk: Desk
    made_by_a_person: Callable[[str], None]
    closed_by_a_person: Callable[[Record], None]
    removed_by_a_person: Callable[[Record], None]


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def in_memory(_: Callable[[], Program]) -> Iterator[DeskWorld]:
    desk = InMemoryDesk(_now)
    yield DeskWorld(
        desk,
        lambda key: _ignore(desk.made("incident", {"correlation_id": key})),
        lambda record: desk.closed_by_a_person(record.record_id),
        lambda record: desk.removed_by_a_person(record.record_id),
    )


@contextmanager
def servicenow(start: Callable[[], Program]) -> Iterator[DeskWorld]:
    double = start()
    instance = Instance("v1", double.url, "127.0.0.1", "fileferry", PASSWORD)
    http = GuardedHttp(AddressGuard.of(["127.0.0.0/8"]))

    def do(act: str, record: Record) -> None:
        double.control("POST", "people", {"act": act, "sys_id": record.record_id})

    def make(key: str) -> None:
        double.control("POST", "people", {"act": "create", "fields": {"correlation_id": key}})

    yield DeskWorld(
        ServiceNowDesk(http, _Fixed(instance), _now),
        make,
        lambda record: do("close", record),
        lambda record: do("delete", record),
    )


@dataclass(frozen=True)
class _Fixed:
    value: Instance

    def instance(self) -> Instance:
        return self.value


def _ignore(_: object) -> None:
    pass


DESKS: dict[str, Callable[[Callable[[], Program]], AbstractContextManager[DeskWorld]]] = {
    "memory": in_memory,
    "servicenow": servicenow,
}
