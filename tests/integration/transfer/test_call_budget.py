"""What a small transfer costs: logins, and calls of DynamoDB, from the request to its end."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from moto import mock_aws

from kernel.outbox import STREAM, publish_claimed
from services.transfer.domain.transfer import Transfer
from tests.conformance.stores import Stores, create_table, dynamodb_client, dynamodb_stores
from tests.fakes.world import World
from tests.unit.transfer.driving import assert_completed

BODY = b"x" * 1000
# Three events cost two writes each. Every step of the workflow reads the transfer once.
BUDGET = Counter(GetItem=15, TransactWriteItems=23, Query=7)
MOST_STATES = 50


def publish(world: World, stores: Stores, transfer: Transfer) -> None:
    """What the table's stream does after each change. The stream itself has the events."""
    pending = [(transfer.id, event) for event in stores.outbox.unpublished(transfer.id)]
    publish_claimed(pending, stores.outbox, world.ports.bus, STREAM, world.ports.now)


def test_a_small_transfer_stays_within_its_budget() -> None:
    counts: Counter[str] = Counter()
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "transfers")
        stores = dynamodb_stores(client, "transfers")
        world = World(clock=datetime.now(UTC))
        world.ports = replace(world.ports, **vars(stores))
        world.register()
        client.meta.events.register(
            "before-call.dynamodb", lambda model, **_: counts.update([model.name])
        )
        transfer = world.request(BODY)
        for _ in range(MOST_STATES):
            publish(world, stores, transfer)
            counts["Query"] -= 1  # the stream delivers the events and asks for none
            if not world.workflow.advance() and not world.drive_lane():
                break
        assert not counts - BUDGET, counts
        assert_completed(world, transfer, BODY)
    assert world.partner.calls["connect"] == 1
