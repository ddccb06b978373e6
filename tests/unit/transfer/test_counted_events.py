"""What became of a transfer counts once, whatever is done twice or at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.outbox import CLAIM_SECONDS, STREAM, OutboxEvent, publish_claimed
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.count_events import counting
from services.transfer.use_cases.publish_pending import publish_pending
from services.transfer.use_cases.steer_transfer import cancel_transfer
from services.transfer.use_cases.store_outcome import store_outcome
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, fail_half_way, retried

ENDED = ("TransfersCompleted", "TransferSeconds", "BytesDelivered")


def completed(world: World) -> Transfer:
    transfer = world.request(BODY)
    world.run()
    publish_pending(transfer.id, ports=world.ports)
    return world.read(transfer)


def published_by(world: World, transfer: Transfer, holder: str, told: bool = True) -> None:
    """As the stream's publisher does, with whatever the table has of the transfer."""
    rows = world.transfers.outbox.rows[transfer.id]
    count = counting(world.meter, None) if told else lambda event: None
    publish_claimed(
        [(transfer.id, row) for row in rows],
        world.ports.outbox,
        world.ports.bus,
        holder,
        world.ports.now,
        count,
    )


def test_a_transfer_counts_when_it_is_requested_and_when_it_ends() -> None:
    world = World()
    ended = completed(world)
    receipt = ended.receipt
    assert receipt is not None
    assert world.meter.sum("TransfersRequested") == world.meter.sum("TransfersCompleted") == 1
    assert world.meter.values["BytesDelivered"] == [len(BODY)]
    taken = (receipt.finished_at - receipt.started_at).total_seconds()
    assert world.meter.values["TransferSeconds"] == [taken]


def test_steps_and_publishers_that_run_twice_count_once() -> None:
    world = World()
    ended = completed(world)
    for _ in range(2):
        store_outcome(ended, ports=world.ports)
        publish_pending(ended.id, ports=world.ports)
        published_by(world, ended, STREAM)
    assert [len(world.meter.values[name]) for name in ENDED] == [1, 1, 1]


def test_two_publishers_at_once_count_once_although_both_publish() -> None:
    """The first one hangs in its call until its claim is over. So the bus gets it twice."""
    world = World()
    transfer = world.request(BODY)
    published = world.ports.bus.publish
    hung: list[bool] = []

    class Hangs:
        def publish(self, events: Sequence[OutboxEvent]) -> Sequence[str]:
            answer = published(events)
            if not hung:
                hung.append(True)
                world.pass_time(CLAIM_SECONDS + 1)
                published_by(world, transfer, "the other")
            return answer

    world.ports = replace(world.ports, bus=Hangs())
    published_by(world, transfer, "the first")
    assert world.bus.kinds().count("TransferRequested.v1") == 2
    assert world.meter.values["TransfersRequested"] == [1]


def test_a_publisher_that_dies_before_its_mark_leaves_the_count_to_the_next_one() -> None:
    world = World()
    transfer = world.request(BODY)
    world.calls.kill("outbox.mark_published")
    with pytest.raises(BaseException, match="dying"), world.calls.worker("dying"):
        published_by(world, transfer, "the dead")
    assert "TransfersRequested" not in world.meter.values
    world.pass_time(CLAIM_SECONDS + timedelta(seconds=1).total_seconds())
    published_by(world, transfer, "the next")
    assert world.meter.values["TransfersRequested"] == [1]


def test_a_failure_counts_again_when_its_retry_fails_and_a_cancel_counts_apart() -> None:
    world = World()
    failed = fail_half_way(world)
    again = retried(world, failed)
    assert again.status is Status.COMPLETED
    publish_pending(again.id, ports=world.ports)
    assert world.meter.sum("TransfersRequested") == 2
    assert world.meter.sum("TransfersFailed") == world.meter.sum("TransfersCompleted") == 1
    cancelled = world.request(BODY, target_path="other.csv")
    cancel_transfer(cancelled.id, ANN, ports=world.ports)
    world.run()
    publish_pending(cancelled.id, ports=world.ports)
    assert world.meter.sum("TransfersCancelled") == 1


def test_the_synthetic_users_transfers_are_not_among_the_others() -> None:
    world = World()
    world.ports = replace(world.ports, policy=replace(world.policy, synthetic_user=ANN.name))
    completed(world)
    assert not {"TransfersRequested", *ENDED} & world.meter.values.keys()
