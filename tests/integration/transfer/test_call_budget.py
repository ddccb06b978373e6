"""What transfers cost: logins and calls of DynamoDB of a small one, from the request to its end,
and calls of one sample of the progress."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from moto import mock_aws

from kernel.outbox import STREAM, publish_claimed
from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import Transfer
from tests.conformance.stores import Stores, create_table, dynamodb_client, dynamodb_stores
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import assert_completed, until_moving

BODY = b"x" * 1000
# Three events cost two writes each. Every step of the workflow reads the transfer once.
BUDGET = Counter(GetItem=15, TransactWriteItems=23, Query=7)
MOST_STATES = 50
# The transfer; sums, open chunks and lanes with one query; and the sample with the lane's own row.
SAMPLE = Counter(TransactWriteItems=1, GetItem=1, Query=1)
BEAT_SECONDS = 1.1


def publish(world: World, stores: Stores, transfer: Transfer) -> None:
    """What the table's stream does after each change. The stream itself has the events."""
    pending = [(transfer.id, event) for event in stores.outbox.unpublished(transfer.id)]
    publish_claimed(pending, stores.outbox, world.ports.bus, STREAM, world.ports.now)


@contextmanager
def stored_world(counts: Counter[str]) -> Iterator[tuple[World, Stores]]:
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
        yield world, stores


def test_a_small_transfer_stays_within_its_budget() -> None:
    counts: Counter[str] = Counter()
    with stored_world(counts) as (world, stores):
        transfer = world.request(BODY)
        for _ in range(MOST_STATES):
            publish(world, stores, transfer)
            counts["Query"] -= 1  # the stream delivers the events and asks for none
            if not world.workflow.advance() and not world.drive_lane():
                break
        assert not counts - BUDGET, counts
        assert_completed(world, transfer, BODY)
    assert world.partner.calls["connect"] == 1


@pytest.mark.parametrize(
    ("chunks", "verify", "more"),
    [
        (1, Verify.CHECKSUM, Counter[str]()),
        # of the destination, for which nothing is known yet, its record, its target and
        # what is decided
        (2, Verify.CHECKSUM, Counter(GetItem=2, TransactWriteItems=1)),
        (1, Verify.READBACK, Counter(GetItem=1)),  # the proven ones
    ],
)
def test_a_sample_of_the_progress_stays_within_its_budget(
    chunks: int, verify: Verify, more: Counter[str]
) -> None:
    counts: Counter[str] = Counter()
    seen: list[Counter[str]] = []
    with stored_world(counts) as (world, _):

        def beat() -> None:
            before, samples = counts.copy(), len(world.bus.taken)
            world.pass_time(BEAT_SECONDS)
            assert len(world.bus.taken) == samples + 1
            seen.append(counts - before)

        world.request(b"x" * chunks * CHUNK_BYTES, verify=verify)
        until_moving(world)
        world.calls.before("sink.write", beat)
        world.drive_lane()
    assert seen == [SAMPLE + more]
