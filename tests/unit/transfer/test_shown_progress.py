"""What the samples of a transfer's progress tell besides bytes: what it does, and with which
chunks."""

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest

from contracts.transfer_events import UnderWay
from services.transfer.domain.errors import NoSpace
from services.transfer.domain.failure import Failure
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import UNDER_WAY
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.announce import percent_of
from services.transfer.domain_services.fail_transfer import fail_transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from services.transfer.handlers.api_views import transfer_summary
from services.transfer.use_cases.read_state import read_state
from services.transfer.use_cases.steer_transfer import cancel_transfer, pause_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    broken,
    content,
    one_large_chunk,
    some_chunks,
    until_moving,
    until_state,
)

BEAT = 1.5
LARGE = content(4 * READ_BYTES)


def samples(world: World) -> list[dict[str, Any]]:
    taken = [each for each in world.bus.taken if "Progressed" in each.detail_type]
    return [json.loads(each.detail)["data"] for each in taken]


def moving(world: World, body: bytes = BODY, **wish: object) -> Transfer:
    transfer = world.request(body, **wish)
    until_moving(world)
    return transfer


def sample_at(world: World, call: str, number: int = 1) -> list[dict[str, Any]]:
    """Will have the sample that is shown while the `number`th such call waits."""
    seen: list[dict[str, Any]] = []

    def look() -> None:
        world.pass_time(BEAT)
        seen.append(samples(world)[-1])

    world.calls.before(call, look, number)
    return seen


def test_the_contract_knows_every_state_of_a_transfer_under_way() -> None:
    assert set(get_args(UnderWay)) == {each.value for each in UNDER_WAY}


def test_a_sample_tells_done_moving_and_waiting_chunks() -> None:
    world = World()
    moving(world)
    seen = [sample_at(world, "sink.write", number) for number in (1, 3, 7)]
    world.drive_lane()
    told = [each[0]["chunk_runs"] for each in seen]
    assert told == ["1m6w", "1d2m4w", "5d2m"]  # the one before is not durable yet
    assert {each[0]["status"] for each in seen} == {"moving"}


def test_a_chunk_that_was_given_back_waits_before_those_that_are_done() -> None:
    world = World()
    moving(world)

    def others_move_on() -> None:
        some_chunks(world, 2)
        raise broken()

    world.calls.before("sink.write", others_move_on)
    world.drive_lane()
    seen = sample_at(world, "partner.connect")
    world.drive_lane()
    assert [each["chunk_runs"] for each in seen] == ["1w2d4w"]


def test_nothing_more_is_read_for_a_file_of_one_chunk() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    moving(world, LARGE)
    seen = [sample_at(world, "sink.write", number) for number in (1, 3)]
    looks: list[int] = []
    look = lambda: looks.append(world.calls.counts["ledger.open_leases"])  # noqa: E731
    world.calls.before("sink.write", look)
    world.calls.before("sink.write", look, 4)
    world.drive_lane()
    assert [each[0]["chunk_runs"] for each in seen] == ["1m", "1m"]
    assert looks[0] == looks[1]


def test_a_file_of_one_chunk_waits_while_its_lane_logs_in_again() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    moving(world, LARGE)
    world.calls.fail("sink.write", broken, after=1)
    world.drive_lane()
    seen = sample_at(world, "partner.connect")
    world.drive_lane()
    assert seen[0]["chunk_runs"] == "1w"


def test_lanes_that_read_back_are_verifying_and_tell_how_many_chunks_are_proven() -> None:
    world = World()
    transfer = moving(world, verify=Verify.READBACK)
    until_then = len(samples(world))
    world.calls.cost["reader.read"] = BEAT
    world.run()
    assert_completed(world, transfer)
    told = [each for each in samples(world)[until_then:] if each["chunks_done"] == 7]
    proven = [each["chunks_proven"] for each in told]
    assert proven == sorted(proven)
    assert set(proven) >= set(range(7))
    for sample in told:
        assert (sample["status"], sample["chunk_runs"]) == ("verifying", "7d")
        assert (sample["percent"], sample["eta_seconds"]) == (100.0, None)


def test_a_chunk_that_reads_back_differently_is_moving_again() -> None:
    world = World()
    transfer = moving(world, verify=Verify.READBACK)

    def damage() -> None:
        [part] = world.parts()
        world.partner.files[part][2 * CHUNK_BYTES] ^= 0xFF

    world.calls.before("partner.open_reader", damage)
    seen = sample_at(world, "sink.write", 8)
    world.run()
    assert [(each["status"], each["chunk_runs"]) for each in seen] == [("moving", "2d1m4d")]
    assert_completed(world, transfer)


def test_a_sample_has_the_trouble_that_a_look_at_the_transfer_shows() -> None:
    world = World()
    transfer = moving(world)
    world.calls.fail("sink.write", broken)
    world.drive_lane()
    shown = transfer_summary(world.read(transfer)).failure
    assert shown is not None
    seen = [sample_at(world, "sink.write", number) for number in (1, 2)]
    lane_1 = world.queue.messages.popleft()
    world.drive_lane(lane_1)
    assert [each[0]["trouble"] for each in seen] == [json.loads(shown.model_dump_json())] * 2


def test_the_beat_that_ends_the_trouble_tells_it_no_more() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = moving(world, LARGE)
    world.calls.fail("sink.write", broken)
    world.drive_lane()
    told: list[tuple[bool, bool]] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "bus.publish" and "Progressed" in arguments[0][0].detail_type:
            recorded = world.transfers.read(transfer.id).failure is not None
            told.append((samples(world)[-1]["trouble"] is not None, recorded))

    world.calls.observers.append(observe)
    world.calls.cost["sink.write"] = world.policy.checkpoint_seconds / 4
    world.drive_lane()
    assert set(told) == {(True, True), (False, False)}
    assert told == sorted(told, reverse=True)
    world.run()
    assert_completed(world, transfer, LARGE)


def test_a_step_that_proves_the_file_tells_it_although_no_lane_is_left() -> None:
    world = World()
    transfer = moving(world)
    until_state(world, "VerifyTarget")
    world.workflow.advance()
    last = samples(world)[-1]
    assert (last["status"], last["percent"], last["chunk_runs"]) == ("verifying", 100.0, "7d")
    assert (last["lanes"], last["rate_bytes_per_second"]) == (0, 0.0)
    world.run()
    assert_completed(world, transfer)


def test_a_sample_that_cannot_be_published_fails_no_step() -> None:
    world = World()
    transfer = moving(world)
    until_state(world, "VerifyTarget")
    refused = world.calls.fail("bus.publish", ConnectionError("bus"))
    world.workflow.advance()
    assert refused()
    assert [what for what, _ in world.errors] == ["progress not shown"]
    assert world.workflow.entered[-1] == "VerifyTarget"
    world.run()
    assert_completed(world, transfer)
    assert world.workflow.entered.count("VerifyTarget") == 1


def test_a_paused_transfer_is_told_as_paused_until_its_lanes_have_stopped() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = moving(world, LARGE)
    world.calls.before("sink.write", lambda: pause_transfer(transfer.id, ANN, ports=world.ports))
    seen = sample_at(world, "sink.write")
    world.drive_lane()
    assert [each["status"] for each in seen] == ["paused"]


def test_what_was_moved_until_the_lanes_stopped_at_a_pause_is_told() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = moving(world, LARGE)

    def pause() -> None:
        pause_transfer(transfer.id, ANN, ports=world.ports)
        world.pass_time(BEAT)

    world.calls.before("sink.write", pause, 2)
    world.run()
    last, state = samples(world)[-1], read_state(transfer.id, ANN, ports=world.ports)
    assert (last["status"], last["lanes"], last["chunk_runs"]) == ("paused", 0, "1w")
    assert 0 < last["bytes_done"] == state.bytes_done < len(LARGE)


def _fail(world: World, transfer: Transfer) -> None:
    fail_transfer(transfer.run_id, Failure.of(NoSpace("/in", 0)), ports=world.ports)


def _cancel(world: World, transfer: Transfer) -> None:
    cancel_transfer(transfer.id, ANN, ports=world.ports)


@pytest.mark.parametrize("end", [_fail, _cancel])
def test_no_sample_is_told_of_a_transfer_at_its_end(
    end: Callable[[World, Transfer], None],
) -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = moving(world, LARGE)
    seen: list[int] = []

    def look() -> None:
        world.pass_time(BEAT)
        end(world, transfer)
        seen.append(len(samples(world)))
        world.pass_time(10)
        seen.append(len(samples(world)))

    world.calls.before("sink.write", look, 2)
    world.drive_lane()
    assert seen[0] == seen[1] > 0


def test_a_hundred_percent_means_that_nothing_is_missing() -> None:
    assert percent_of(10**12 - 1, 10**12) == 99.99
    assert percent_of(10**12, 10**12) == percent_of(0, 0) == 100.0
