"""What the REST API answers to GET, over a World."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from bench.agent.world import ENDED, NOW, World
from contracts.browse_api import BucketsPage, BucketView, FilesPage, FilesQuery
from contracts.contract import Published
from contracts.destination_views import DestinationsPage
from contracts.route import Route
from contracts.session_api import SessionsView, WaitingTransfer
from contracts.statistics_api import StatisticsView
from contracts.ticket_api import TicketView, TransferTicketsView
from contracts.timeline_api import TimelinePage
from contracts.transfer_api import TransfersQuery
from contracts.transfer_views import TransferFilesPage, TransfersPage, TransferView

T = TypeVar("T")
Values = Mapping[str, str]
Reading = Callable[[World, Values, Any], Published]


class Refused(Exception):
    def __init__(self, status: int, code: str, detail: str) -> None:
        self.status, self.code, self.detail = status, code, detail
        super().__init__(detail)


def read(world: World, route: Route, values: Values, query: str) -> Published:
    """Raises Refused."""
    asked = as_asked(route.query, dict(parse_qsl(query, keep_blank_values=True)))
    if route.operation_id in world.refusals:
        raise Refused(403, "refused_there", world.refusals[route.operation_id])
    if route.operation_id not in READS:
        raise Refused(404, "no_route", "There is nothing at this address.")
    return READS[route.operation_id](world, values, asked)


def as_asked(model: type[BaseModel] | None, told: Mapping[str, Any]) -> Any:  # noqa: ANN401
    try:
        return None if model is None else model.model_validate_json(json.dumps(told))
    except ValidationError as wrong:
        raise Refused(400, "request_invalid", str(wrong)) from None


def one_of(things: Mapping[Any, T], name: str) -> T:
    if name not in things:
        raise Refused(404, "not_found", "There is no such thing.")
    return things[name]


def _sorted(things: Mapping[str, T]) -> tuple[T, ...]:
    return tuple(things[name] for name in sorted(things))


def _files(world: World, bucket: str, asked: FilesQuery) -> FilesPage:
    found = [one_of(world.files, bucket)[key] for key in sorted(one_of(world.files, bucket))]
    below = [each for each in found if each.key.startswith(asked.prefix)]
    rest = [(each, each.key[len(asked.prefix) :]) for each in below]
    deep = [name for _, name in rest if asked.delimiter and asked.delimiter in name]
    folders = {asked.prefix + name.split("/")[0] + "/" for name in deep}
    files = tuple(each for each, name in rest if name not in deep)
    return FilesPage(files=files[: asked.limit], folders=tuple(sorted(folders)), cursor=None)


def _transfers(world: World, asked: TransfersQuery) -> tuple[TransferView, ...]:
    wanted: Sequence[tuple[str, str | None]] = (
        ("status", asked.status),
        ("destination_id", asked.destination),
        ("label", asked.label),
    )
    rows = [
        each
        for each in world.transfers.values()
        if all(value in (None, getattr(each, name)) for name, value in wanted)
        and asked.state in (None, "ended" if each.status in ENDED else "active")
        and asked.owner in ("*", each.owner if asked.owner else None)
    ]
    return tuple(sorted(rows, key=lambda each: each.requested_at, reverse=True)[: asked.limit])


def _sessions(world: World, id_: str) -> SessionsView:
    one_of(world.destinations, id_)
    waits = [t for t in world.transfers.values() if (t.destination_id, t.status) == (id_, "moving")]
    line = tuple(
        WaitingTransfer(
            position=at, kind="lane", transfer_id=t.id, since=t.requested_at, has_session=False
        )
        for at, t in enumerate(waits, 1)
    )
    return SessionsView(
        max_sessions=4, in_use=0, holders=(), waiting=len(line), whole=True, line=line
    )


def _buckets(world: World, values: Values, asked: Any) -> BucketsPage:  # noqa: ANN401
    buckets = tuple(BucketView(name=name, created_at=NOW) for name in sorted(world.files))
    return BucketsPage(buckets=buckets, cursor=None)


def _ticket(world: World, number: str) -> TicketView:
    return one_of({t.number: t for each in world.tickets.values() for t in each}, number)


READS: Mapping[str, Reading] = {
    "read_me": lambda world, values, asked: world.me,
    "list_buckets": _buckets,
    "list_files": lambda world, values, asked: _files(world, values["name"], asked),
    "list_destinations": lambda world, values, asked: DestinationsPage(
        destinations=_sorted(world.destinations), cursor=None
    ),
    "read_destination": lambda world, values, asked: one_of(world.destinations, values["id"]),
    "read_sessions": lambda world, values, asked: _sessions(world, values["id"]),
    "list_transfers": lambda world, values, asked: TransfersPage(
        transfers=_transfers(world, asked), cursor=None
    ),
    "read_transfer": lambda world, values, asked: one_of(world.transfers, values["id"]),
    "list_transfer_events": lambda world, values, asked: TimelinePage(
        events=tuple(world.facts.get(values["id"], ())), cursor=None, earlier_gone=False
    ),
    "list_transfer_files": lambda world, values, asked: TransferFilesPage(files=(), cursor=None),
    "list_transfer_tickets": lambda world, values, asked: TransferTicketsView(
        transfer_id=values["id"], tickets=tuple(world.tickets.get(values["id"], ()))
    ),
    "read_ticket": lambda world, values, asked: _ticket(world, values["number"]),
    "read_statistics": lambda world, values, asked: StatisticsView(counted_since=None, rows=()),
}
