"""Whatever is in a transfer's way is told as an event, with its next try, and not too often."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from contracts.catalogue import parse
from contracts.sequences import check_sequence
from services.transfer.domain.errors import ConnectionRefused, SourceCorrupted, SourceUnavailable
from services.transfer.domain.failure import Failure
from services.transfer.domain.lane import Lane, Slot
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.tries import Tries
from services.transfer.domain.waiting import LongLimit
from services.transfer.domain_services.fail_transfer import note_lane_trouble
from services.transfer.domain_services.session_line import call_next
from services.transfer.handlers.api_views import transfer_summary
from services.transfer.use_cases.steer_transfer import pause_transfer, resume_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    broken,
    fail_half_way,
    retry,
    sweep_all,
    until_moving,
    until_state,
)


def refused() -> ConnectionRefused:
    return ConnectionRefused("sftp.acme.example", 22)


def unavailable() -> SourceUnavailable:
    return SourceUnavailable("outgoing", "reports/day.csv", "slow down")


def delays(world: World, transfer: Transfer) -> list[dict[str, Any]]:
    """All of them, in their order. The sequence of all events is checked, too."""
    world.published(transfer)
    events = [parse(each.detail_type, each.detail) for each in world.bus.taken]
    check_sequence(events)
    told = [each for each in world.bus.taken if each.detail_type == "TransferDelayed.v1"]
    return [json.loads(each.detail)["data"] for each in told]


def shown(world: World, transfer: Transfer) -> object:
    failure = transfer_summary(world.read(transfer)).failure
    return None if failure is None else json.loads(failure.model_dump_json())


def lanes_of(world: World, transfer: Transfer) -> Sequence[Lane]:
    return world.ports.lanes.lanes(world.read(transfer).ledger)


def rival_session(world: World) -> Slot:
    """Somebody else has the only session of the destination `one`."""
    world.register("one", max_sessions=1)
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    rival = world.ports.slots.take("one", 1, "another transfer", world.clock, until)
    assert rival is not None
    return rival


def test_a_source_that_does_not_answer_delays_the_start_before_the_size_is_known() -> None:
    world = World()
    transfer = world.request(BODY)
    world.calls.fail("source.inspect", unavailable)
    until_state(world, "ChooseBySize")
    [told] = delays(world, transfer)
    assert told["size_bytes"] is None
    trouble = told["trouble"]
    assert (trouble["code"], trouble["attempt"]) == ("source_unavailable", 1)
    assert trouble["next_try_at"] > told["delayed_at"]


def test_each_refused_connection_at_the_start_is_told_with_its_try() -> None:
    world = World()
    transfer = world.request(BODY)
    world.calls.refuse("partner.connect", refused)
    looks: list[object] = []
    until_state(world, "MoveChunks")
    world.workflow.advance()
    while world.read(transfer).status is Status.REQUESTED:
        assert world.drive_lane()
        world.pass_time(2)
        looks.append(shown(world, transfer))
    told = delays(world, transfer)
    assert [each["trouble"]["attempt"] for each in told] == [1, 2]
    assert [each["trouble"] for each in told] == looks[:2]  # as the REST API shows it
    world.run()
    assert world.published(transfer)[-1] == "TransferFailed.v1"
    assert len(delays(world, transfer)) == 2


def test_a_first_lane_that_waits_for_a_session_is_told_once() -> None:
    world = World()
    rival = rival_session(world)
    transfer = world.request(BODY, destination_id="one")
    world.run()
    [told] = delays(world, transfer)
    trouble = told["trouble"]
    assert (trouble["code"], trouble["next_try_at"]) == ("no_session_free", None)
    for _ in range(3):  # it comes in vain, and is parked again
        for _ in range(30):
            world.pass_time(world.policy.lease_seconds - 20)
            until = world.clock + timedelta(seconds=world.policy.lease_seconds)
            rival = world.ports.slots.renew(rival, until)
        sweep_all(world)
        turns = world.calls.counts["slots.wait"]
        world.run()
        assert world.calls.counts["slots.wait"] > turns
    assert len(delays(world, transfer)) == 1
    world.ports.slots.free(rival)
    call_next("one", ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_a_transfer_whose_lanes_all_wait_for_a_session_is_told_once() -> None:
    """As after a pause, when others have taken the sessions."""
    world = World()
    world.register("one", max_sessions=3)
    transfer = world.request(BODY, destination_id="one")
    until_moving(world)
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    rivals = [world.ports.slots.take("one", 3, f"r-{n}", world.clock, until) for n in range(3)]
    assert None not in rivals
    world.run()
    told = delays(world, transfer)
    assert [each["trouble"]["code"] for each in told] == ["no_session_free"]
    world.ports.slots.free(*[each for each in rivals if each is not None])
    call_next("one", ports=world.ports)
    seen: list[object] = []
    world.calls.before("sink.write", lambda: seen.append(shown(world, transfer)))
    world.run()
    assert seen == [None]
    assert_completed(world, transfer)


def test_a_lane_that_waits_while_another_one_moves_delays_nothing() -> None:
    world = World()
    world.register("one", max_sessions=3)  # lanes leave one of them to steps
    transfer = world.request(BODY, destination_id="one")
    until_moving(world)
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    limit = LongLimit(2, 1)
    rival = world.ports.slots.take("one", limit, "another/1/lane-0", world.clock, until)
    assert rival is not None
    waited: list[bool] = []

    def another_comes() -> None:
        world.drive_lane()
        waited.append(any(lane.parked for lane in lanes_of(world, transfer)))

    world.calls.before("sink.write", another_comes)
    world.run()
    assert waited == [True]
    assert delays(world, transfer) == []


def test_a_step_that_waits_for_a_session_is_told() -> None:
    world = World()
    world.register("one", max_sessions=1)
    transfer = world.request(BODY, destination_id="one", verify=Verify.SIZE)
    until_moving(world)
    world.calls.fail("partner.rename", broken)  # the lane leaves the rest to the workflow
    until_state(world, "VerifyTarget")
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    rival = world.ports.slots.take("one", 1, "another transfer", world.clock, until)
    assert rival is not None
    world.run()
    codes = [each["trouble"]["code"] for each in delays(world, transfer)]
    assert codes == ["no_session_free"]
    world.ports.slots.free(rival)
    call_next("one", ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_lanes_in_trouble_at_once_are_told_about_once_a_second() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    at: list[datetime] = []
    for number in range(40):
        world.pass_time(0.1)
        tries = Tries(None, number % 3, 1 + number, 50, world.clock)
        error = broken() if number % 2 else refused()
        generation = world.read(transfer).generation
        note_lane_trouble(transfer.run_id, generation, error, tries, ports=world.ports)
        failure = world.read(transfer).failure
        assert failure is not None
        assert failure.tries == tries  # a look shows the newest in any case
    at = [datetime.fromisoformat(each["delayed_at"]) for each in delays(world, transfer)]
    assert min(after - before for before, after in pairwise(at)) >= timedelta(seconds=1)
    assert len(at) == 4


def test_a_wait_for_a_session_is_told_right_after_another_trouble() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    generation = world.read(transfer).generation
    for tries in (Tries(lane=0, attempt=1, attempts=3), Tries(lane=1, waits=True)):
        note_lane_trouble(transfer.run_id, generation, broken(), tries, ports=world.ports)
    assert len(delays(world, transfer)) == 2


def test_content_that_is_sent_once_more_is_told_with_its_reason() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    until_state(world, "VerifyTarget")
    source = world.ports.transfers.read(transfer.id)
    checksum = source.known_source.checksum
    assert checksum is not None
    other = replace(checksum, value="0" * len(checksum.value or ""))
    found = replace(source.known_source, checksum=other)
    world.ports.transfers.save(replace(source, source_object=found))
    world.workflow.advance()
    [told] = delays(world, transfer)
    assert told["trouble"]["code"] == SourceCorrupted.code


def test_nothing_delays_a_paused_transfer() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    pause_transfer(transfer.id, ANN, ports=world.ports)
    generation, tries = world.read(transfer).generation, Tries(lane=0, attempt=1, attempts=3)
    note_lane_trouble(transfer.run_id, generation, broken(), tries, ports=world.ports)
    assert shown(world, transfer) is not None
    assert delays(world, transfer) == []
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)


@pytest.mark.parametrize("status", [Status.FAILING, Status.CANCELLING])
def test_nothing_delays_a_transfer_at_its_end(status: Status) -> None:
    world = World()
    transfer = world.request(BODY)
    ending = replace(world.read(transfer), status=status)
    assert ending.troubled(Failure.of(broken()), world.clock).facts == ()


def test_the_events_of_a_run_with_troubles_and_of_its_retry_are_a_sequence() -> None:
    world = World()
    transfer = fail_half_way(world)
    retry(world, transfer)
    world.pass_time(2)
    world.calls.fail("sink.write", broken)
    world.run()
    assert_completed(world, transfer)
    assert {each["run"] for each in delays(world, transfer)} == {1, 2}
