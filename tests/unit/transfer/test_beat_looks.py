"""How often the beats of several lanes ask, and what they notice all the same."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.transfer.domain.ledger import ChunkLease
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services import lane_pulse
from services.transfer.use_cases.steer_transfer import pause_transfer
from tests.fakes.actors import Actor, Stage
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, assert_completed, until_moving

LANES = 3


def three_lanes() -> tuple[World, Transfer, list[Actor]]:
    """Each has a session and stands before its first write."""
    world, stage = World(), Stage()
    transfer = world.request(BODY)
    until_moving(world)
    lanes = [stage.start(f"lane-{number}", world.drive_lane) for number in range(LANES)]
    for lane in lanes:
        assert lane.advance_to("sink.write")
    return world, transfer, lanes


def finish(world: World, transfer: Transfer, lanes: list[Actor]) -> None:
    for lane in lanes:
        lane.finish()
    world.run()
    assert_completed(world, transfer)


def told_at(world: World) -> list[datetime]:
    at: list[datetime] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "bus.publish" and "Progressed" in arguments[0][0].detail_type:
            at.append(world.clock)

    world.calls.observers.append(observe)
    return at


def gaps(at: list[datetime]) -> list[float]:
    return [(later - sooner).total_seconds() for sooner, later in pairwise(at)]


def test_one_lane_shows_the_progress_and_the_others_ask_less_often() -> None:
    world, transfer, lanes = three_lanes()
    world.pass_time(5)
    at, before = told_at(world), world.calls.counts.copy()
    world.pass_time(20)
    used = Counter(world.calls.counts)
    used.subtract(before)
    assert max(gaps(at)) < 1.5
    assert used["ledger.at_work"] <= 20 + (LANES - 1) * 7
    assert used["transfers.read"] <= 20 + (LANES - 1) * 11
    assert used["lanes.beat"] <= (LANES - 1) * 21
    finish(world, transfer, lanes)


def test_every_lane_sees_a_pause_within_two_seconds() -> None:
    world, transfer, lanes = three_lanes()
    world.pass_time(5)
    pause_transfer(transfer.id, ANN, ports=world.ports)
    world.pass_time(2.1)
    writes = world.calls.counts["sink.write"]
    for lane in lanes:
        lane.advance()  # the block at hand
        lane.finish()
    assert world.calls.counts["sink.write"] - writes <= LANES
    assert world.read(transfer).status is Status.PAUSED


def test_another_lane_shows_the_progress_when_the_one_that_did_has_gone() -> None:
    world, transfer, lanes = three_lanes()
    world.pass_time(5)
    at = told_at(world)
    for gone in range(LANES - 1):
        lanes[gone].frozen = True
        world.pass_time(10)
    assert max(gaps(at)) <= 6
    assert (world.clock - at[-1]).total_seconds() <= 6
    for lane in lanes:
        lane.frozen = False
    finish(world, transfer, lanes)


def test_a_chunk_that_was_claimed_ahead_is_given_back_when_the_lane_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lane_pulse, "MANY_CHUNKS", 1)
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    seconds = [900.0]

    def hurry() -> None:
        seconds[0] = world.policy.hand_over_seconds * 1.5  # enough to end well, for no other chunk

    world.calls.observers.append(
        lambda name, arguments, answer: hurry() if name == "ledger.finish" else None
    )
    world.drive_lane(remaining=lambda: seconds[0])
    ledger = world.read(transfer).ledger
    assert [each.worker for each in world.ports.ledger.open_leases(ledger)] == [""]
    assert world.ports.ledger.progress(ledger).chunks_done == 2
    world.run()
    assert_completed(world, transfer)


def test_near_the_end_a_lane_claims_no_chunk_before_it_has_written_the_one_at_hand() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    leased: list[int] = []

    def look() -> None:
        leases = world.ports.ledger.open_leases(world.read(transfer).ledger)
        leased.append(sum(each.worker != "" for each in leases))

    looking = world.calls.before_each("sink.write", look)
    world.drive_lane()
    looking.end()
    assert leased == [1] + [2] * 6  # the one at hand, and the one that becomes durable
    world.run()
    assert_completed(world, transfer)


def test_a_lane_that_writes_no_chunk_any_more_claims_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What others gave back while its last chunk became durable is for whoever comes next."""
    monkeypatch.setattr(lane_pulse, "MANY_CHUNKS", 0)
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    ledger, others = world.read(transfer).ledger, world.ports.ledger
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    leases: list[ChunkLease] = []

    def take_the_rest() -> None:
        while (lease := others.claim(ledger, "other", world.clock, until)) is not None:
            leases.append(lease)

    world.calls.before("ledger.claim", take_the_rest, 2)
    world.calls.before("settling.is_durable", lambda: others.release(leases[0]))
    world.drive_lane()
    given_back = others.open_leases(ledger)[0]
    assert (given_back.worker, given_back.attempt) == ("", 1)
    assert others.progress(ledger).chunks_done == 1
