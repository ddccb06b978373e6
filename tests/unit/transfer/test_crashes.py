"""Workers die, messages are repeated or late, workflows vanish. Nothing is lost or done twice."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.status import Status
from services.transfer.domain_services.move_chunk import READ_BYTES
from services.transfer.use_cases.publish_pending import NotPublished, publish_pending
from services.transfer.use_cases.start_workflow import start_workflow
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_each_byte_once,
    one_large_chunk,
    turn_of,
    until_moving,
    watch_writes,
)


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("partner.connect", 1),
        ("partner.open_part", 1),
        ("source.read", 3),
        ("sink.write", 1),
        ("sink.write", 4),
        ("sink.flush", 1),
        ("settling.is_durable", 1),
        ("settling.is_durable", 6),
        ("ledger.finish", 1),
        ("ledger.finish", 7),
        ("lanes.end", 1),
        ("workflow.succeed", 1),
    ],
)
def test_a_killed_workers_lane_goes_on_and_no_done_chunk_is_moved_again(
    call: str, number: int
) -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.kill(call, number)
    with pytest.raises(Killed):
        world.run()
    done = world.ports.ledger.progress(world.read(transfer).ledger).bytes_done
    before = world.buckets.bytes_read
    world.pass_time(world.policy.lease_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert bytes(world.partner.files[TARGET]) == BODY
    assert world.buckets.bytes_read - before <= len(BODY) - done


def test_a_lane_whose_worker_always_dies_comes_to_an_end_with_a_reason() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    for _ in range(world.policy.retry.max_failures * world.policy.lanes_per_transfer):
        world.calls.forget()
        world.calls.kill("partner.open_part")
        try:
            world.run()
        except Killed:
            world.pass_time(world.policy.lease_seconds + 1)
            sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.FAILED
    assert ended.failure is not None
    assert ended.failure.code == "lane_crashed"


def test_a_message_lost_between_record_and_queue_is_sent_again() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.queue.messages.clear()
    sweep_transfer(transfer.id, ports=world.ports)
    assert not world.queue.messages  # not before its time
    world.pass_time(world.policy.lane_due_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED


def test_a_workflow_that_vanished_ends_in_a_failure_and_can_be_retried() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.workflow.executions[transfer.id, 1].state = None
    world.pass_time(60)
    sweep_transfer(transfer.id, ports=world.ports)
    ended = world.read(transfer)
    assert ended.status is Status.FAILED
    assert ended.failure is not None
    assert ended.failure.code == "workflow_lost"
    assert world.published(transfer)[-1] == "TransferFailed.v1"


def test_a_workflow_that_vanished_in_the_commit_is_brought_to_its_end() -> None:
    world = World()
    transfer = world.request(BODY)

    def vanish(state: str) -> None:
        if state == "CleanUp":
            world.workflow.executions[transfer.id, 1].state = None

    world.run(before_state=vanish, turns=60)
    current = world.read(transfer)
    if current.status is not Status.COMPLETED:
        assert current.status is Status.COMMITTING
        world.pass_time(60)
        sweep_transfer(transfer.id, ports=world.ports)
    assert world.read(transfer).status is Status.COMPLETED
    assert bytes(world.partner.files[TARGET]) == BODY


def test_an_execution_that_was_never_started_is_started_by_the_sweeper() -> None:
    world = World()
    transfer = world.request(BODY)
    world.workflow.executions.clear()
    world.pass_time(60)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED


def test_a_transfer_cancelled_before_its_execution_started_is_cancelled_by_it() -> None:
    world = World()
    transfer = world.request(BODY)
    world.workflow.executions.clear()
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.pass_time(60)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.CANCELLED


def test_an_event_the_bus_refused_is_not_lost() -> None:
    world = World()
    transfer = world.request(b"")
    world.bus.refuse = 1
    with pytest.raises(NotPublished):
        publish_pending(transfer.id, ports=world.ports)
    publish_pending(transfer.id, ports=world.ports)
    publish_pending(transfer.id, ports=world.ports)
    assert world.bus.kinds() == ["TransferRequested.v1"]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), duplicates=st.integers(1, 3))
def test_messages_and_events_in_any_order_and_number_change_nothing(
    seed: int, duplicates: int
) -> None:
    """Lane messages, start events and sweeps come several times, shuffled, early and late."""
    world, order = World(), random.Random(seed)  # noqa: S311
    transfer = world.request(BODY)
    delivered: list[LaneMessage] = []
    for _ in range(400):
        act = order.choice(["workflow", "lane", "again", "start", "sweep", "time"])
        if act == "workflow":
            world.workflow.advance()
        elif act == "lane" and world.queue.messages:
            message = order.choice(list(world.queue.messages))
            world.queue.messages.remove(message)
            delivered += [message] * duplicates
            world.drive_lane(message)
        elif act == "again" and delivered:
            world.drive_lane(order.choice(delivered))
        elif act == "start":
            start_workflow(transfer.id, 1, ports=world.ports)
        elif act == "sweep":
            sweep_transfer(transfer.id, ports=world.ports)
        elif act == "time":
            world.pass_time(order.choice([0.1, 1, 40, 100]))
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert ended.receipt is not None
    assert ended.receipt.attempts == ended.receipt.chunks
    assert world.buckets.bytes_read == len(BODY)
    assert bytes(world.partner.files[TARGET]) == BODY
    assert world.published(transfer).count("TransferCompleted.v1") == 1


def test_a_lane_hands_over_before_its_time_is_up_and_the_next_turn_goes_on() -> None:
    world, big = World(), BODY * 8
    one_large_chunk(world, len(big))
    world.calls.cost["sink.write"] = 60.0
    transfer = world.request(big)
    until_moving(world)
    writes = watch_writes(world)
    world.drive_lane(remaining=turn_of(world, 300))
    (lease,) = world.ports.ledger.open_leases(world.read(transfer).ledger)
    assert 0 < lease.mark.done_bytes < len(big)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    assert_each_byte_once(writes, len(big))
    assert world.buckets.bytes_read <= len(big) + READ_BYTES  # one was read when time was up
    assert bytes(world.partner.files[TARGET]) == big
