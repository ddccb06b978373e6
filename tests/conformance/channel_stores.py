"""Notify's stores of channels on each backend of the conformance suites."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto import mock_aws

from kernel.idempotency import Idempotency
from services.notify.adapters.dynamodb_allowance import DynamoDbAllowance
from services.notify.adapters.dynamodb_channels import DynamoDbChannels
from services.notify.adapters.dynamodb_destinations import DynamoDbDestinations
from services.notify.domain.channel import Channel, Kind, Rule, Whose
from services.notify.domain.ports import Allowance, Channels, Destinations
from services.notify.domain.stage import Stage
from tests.conformance.stores import create_table, dynamodb_client
from tests.fakes.notify_channels import InMemoryAllowance, InMemoryChannels, InMemoryDestinations

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BACKENDS = ("in_memory", "moto", "moto_in_small_pages")


@dataclass(frozen=True)
class ChannelStores:
    channels: Channels
    allowance: Allowance
    destinations: Destinations


def a_channel(channel_id: str = "team", owner: str | None = "ann", **more: Any) -> Channel:  # noqa: ANN401
    values: dict[str, Any] = {
        "name": "Team",
        "kind": Kind.TEAMS,
        "whose": Whose.MINE if owner else Whose.ALL,
        "rules": (Rule((Stage.FAILED, Stage.STALLED)), Rule((Stage.COMPLETED,), ("acme",), 15)),
        "created_at": NOON,
        "updated_at": NOON,
        "secret_id": f"{channel_id}-1",
        "host": "hooks.example",
    }
    return Channel(id=channel_id, owner=owner, **{**values, **more})


def a_key(body: str = "body") -> Idempotency:
    return Idempotency("ann#ChannelRequest#k-1", body)


@contextmanager
def channel_stores(backend: str) -> Iterator[ChannelStores]:
    if backend == "in_memory":
        yield ChannelStores(InMemoryChannels(), InMemoryAllowance(), InMemoryDestinations())
        return
    with mock_aws():
        client: Any = dynamodb_client()
        create_table(client, "notify", "notify")
        if backend == "moto_in_small_pages":
            client.meta.events.register("provide-client-params.dynamodb.Query", _one_row)
        yield ChannelStores(
            DynamoDbChannels(client, "notify"),
            DynamoDbAllowance(client, "notify"),
            DynamoDbDestinations(client, "notify"),
        )


def _one_row(params: dict[str, object], **_: object) -> dict[str, object]:
    return params | {"Limit": 1}
