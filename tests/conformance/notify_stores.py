"""The stores of notify on each backend of the conformance suites."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto import mock_aws

from services.notify.adapters.dynamodb_channels import DynamoDbChannels
from services.notify.adapters.dynamodb_due_list import DynamoDbDueList
from services.notify.adapters.dynamodb_marks import DynamoDbMarks
from services.notify.adapters.dynamodb_notifications import DynamoDbNotifications
from services.notify.adapters.dynamodb_threads import DynamoDbThreads
from services.notify.adapters.dynamodb_transfers import DynamoDbNewsDesk, DynamoDbTransfers
from services.notify.adapters.dynamodb_users import DynamoDbUsers
from services.notify.domain.ports import (
    Channels,
    DueList,
    Marks,
    NewsDesk,
    Notifications,
    Threads,
    Transfers,
    Users,
)
from tests.conformance.stores import create_table, dynamodb_client
from tests.fakes.notify_channels import InMemoryChannels
from tests.fakes.notify_stores import (
    InMemoryDueList,
    InMemoryMarks,
    InMemoryNewsDesk,
    InMemoryNotifications,
    InMemoryThreads,
    InMemoryTransfers,
    InMemoryUsers,
)

BACKENDS = ("in_memory", "moto", "moto_in_small_pages")


@dataclass(frozen=True)
class NotifyStores:
    channels: Channels
    users: Users
    transfers: Transfers
    news: NewsDesk
    notifications: Notifications
    threads: Threads
    marks: Marks
    due_list: DueList


@contextmanager
def notify_stores(backend: str) -> Iterator[NotifyStores]:
    if backend == "in_memory":
        channels, transfers, marks = InMemoryChannels(), InMemoryTransfers(), InMemoryMarks()
        notifications = InMemoryNotifications(marks)
        yield NotifyStores(
            channels,
            InMemoryUsers(channels),
            transfers,
            InMemoryNewsDesk(transfers.news),
            notifications,
            InMemoryThreads(),
            marks,
            InMemoryDueList(transfers.news, notifications),
        )
        return
    with mock_aws():
        client: Any = dynamodb_client()
        create_table(client, "notify", "notify")
        if backend == "moto_in_small_pages":
            client.meta.events.register("provide-client-params.dynamodb.Query", _one_row)
        yield NotifyStores(
            DynamoDbChannels(client, "notify"),
            DynamoDbUsers(client, "notify"),
            DynamoDbTransfers(client, "notify"),
            DynamoDbNewsDesk(client, "notify"),
            DynamoDbNotifications(client, "notify"),
            DynamoDbThreads(client, "notify"),
            DynamoDbMarks(client, "notify"),
            DynamoDbDueList(client, "notify"),
        )


def _one_row(params: dict[str, object], **_: object) -> dict[str, object]:
    return params | {"Limit": 1}
