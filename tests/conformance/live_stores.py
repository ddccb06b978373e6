"""Progress' stores of connections and audiences on each backend of the conformance suites."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from moto import mock_aws

from kernel.caller import Caller, Role
from services.progress.adapters.dynamodb_audiences import DynamoDbAudiences
from services.progress.adapters.dynamodb_connections import DynamoDbConnections
from services.progress.adapters.dynamodb_live_lists import DynamoDbLiveLists
from services.progress.adapters.dynamodb_live_transfers import DynamoDbLiveTransfers
from services.progress.domain.audience import Audience, Watch
from services.progress.domain.connection import Connection, connection_of
from services.progress.domain.ports import Audiences, Connections, LiveLists, LiveTransfers
from tests.conformance.stores import create_table, dynamodb_client
from tests.fakes.live_audiences import InMemoryAudiences, InMemoryConnections, InMemoryLiveLists
from tests.fakes.live_transfers import InMemoryLiveTransfers
from tests.unit.progress.stories import NOON

PAGE = 3
JANE = Caller("jane", "s-1", frozenset({Role.USER}))


@dataclass(frozen=True)
class LiveStores:
    transfers: LiveTransfers
    lists: LiveLists
    connections: Connections
    audiences: Audiences

    def watch(self, connection_id: str, *audiences: Audience, at: datetime = NOON) -> list[Watch]:
        """A new connection of Jane's that watches these, in their first shards."""
        before = connection_of(connection_id, JANE, at)
        self.connections.add(before)
        now = before.watching(dict.fromkeys(audiences, (0, 1)))
        watches = [now.watch(each, at) for each in audiences]
        assert self.connections.store(now, before, watches, ())
        return watches


def told_connection(now: Connection, version: int) -> Connection:
    """As it is read."""
    return replace(now, version=version, roles=frozenset(now.roles), asked=tuple(now.asked))


@contextmanager
def live_stores(backend: str) -> Iterator[LiveStores]:
    if backend == "in_memory":
        transfers, connections = InMemoryLiveTransfers(), InMemoryConnections()
        audiences = InMemoryAudiences(transfers, connections, PAGE)
        yield LiveStores(transfers, InMemoryLiveLists(transfers), connections, audiences)
        return
    with mock_aws():
        client: Any = dynamodb_client()
        create_table(client, "progress")
        if backend == "moto_in_small_pages":
            client.meta.events.register("provide-client-params.dynamodb.Query", _one_row)
        yield LiveStores(
            DynamoDbLiveTransfers(client, "progress"),
            DynamoDbLiveLists(client, "progress"),
            DynamoDbConnections(client, "progress"),
            DynamoDbAudiences(client, "progress", PAGE),
        )


def _one_row(params: dict[str, object], **_: object) -> dict[str, object]:
    return params | {"Limit": 1}


def ids(watches: Sequence[Watch]) -> list[str]:
    return [each.connection_id for each in watches]


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)
