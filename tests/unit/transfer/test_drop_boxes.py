"""Partners that allow less: one handle, no rename, nothing seen; and folders that are missing."""

from dataclasses import replace

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import PermissionDenied
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Proven
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Method
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.probe_destination import probe_destination
from tests.fakes.callers import ADMIN
from tests.fakes.partners import InMemoryPartners
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    fail_code,
    retried,
    sweep_all,
    turn_of,
    until_planned,
)


def drop_box(**habits: bool) -> World:
    """A partner's server with such habits, after a test."""
    return World(partner=InMemoryPartners(**habits))  # type: ignore[arg-type]


def directly(world: World, **changes: bool) -> None:
    """The destination is delivered to directly."""
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, delivery=Delivery.DIRECT, **changes))  # type: ignore[arg-type]
    probe_destination("acme", ADMIN, ports=world.ports)


def sent(world: World, body: bytes = BODY, **wish: object) -> Transfer:
    transfer = world.request(body, **wish)
    world.run()
    return world.read(transfer)


def test_a_file_that_cannot_be_reopened_goes_through_one_handle() -> None:
    world = drop_box(reopens=False)
    transfer = sent(world)
    assert_completed(world, transfer)
    assert transfer.known_strategy.method is Method.ONE_HANDLE
    assert world.calls.counts["partner.create_file"] == 1
    assert world.calls.counts["partner.open_part"] == 0


@pytest.mark.parametrize("call", ["sink.write", "sink.flush", "sink.close", "partner.create_file"])
@pytest.mark.parametrize("after", [0, 2])
def test_after_a_loss_it_is_sent_from_its_beginning_under_another_name(
    call: str, after: int
) -> None:
    world = drop_box(reopens=False)
    failed = world.calls.fail(call, broken, after)
    transfer = sent(world)
    assert_completed(world, transfer)
    assert transfer.generation == (2 if failed() else 1)


def test_what_the_time_of_one_go_does_not_carry_ends_with_its_reason() -> None:
    world = drop_box(reopens=False)
    world.calls.cost = {"sink.write": 10.0}
    transfer = world.request(BODY)
    until_planned(world)
    world.drive_lane(remaining=turn_of(world, 2 * world.policy.hand_over_seconds + 25))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "out_of_time")
    assert f"{3 * CHUNK_BYTES} of {len(BODY)} bytes" in str(ended.failure)
    assert world.parts() == []


def test_too_large_for_one_go_is_said_before_the_first_byte() -> None:
    world = World(partner=InMemoryPartners(reopens=False))
    world.ports = replace(world.ports, policy=replace(world.policy, one_handle_bytes=10))
    transfer = sent(world)
    assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "too_long_for_one_handle")
    assert world.calls.counts["partner.connect"] == 1  # of the test before


def test_no_rename_is_told_before_the_first_byte() -> None:
    world = drop_box(renames=False)
    transfer = sent(world)
    assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "rename_refused")
    assert world.calls.counts["sink.write"] == 0
    assert world.partner.files == {}


@pytest.mark.parametrize("size", [0, 1, len(BODY)])
def test_a_drop_box_gets_the_file_straight_under_its_name(size: int) -> None:
    world = drop_box(renames=False, removes=False, readable=False, shows_sizes=False)
    directly(world)
    world.partner.files.clear()
    transfer = sent(world, BODY[:size], if_exists=IfExists.REPLACE)
    assert_completed(world, transfer, BODY[:size])
    assert transfer.receipt is not None
    assert transfer.receipt.proven is Proven.ACKNOWLEDGED
    assert transfer.leftovers == ()
    assert list(world.partner.files) == [TARGET]


@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.KEEP_BOTH])
def test_a_direct_delivery_does_not_touch_a_file_of_the_partner(if_exists: IfExists) -> None:
    world = World()
    directly(world)
    world.partner.files[TARGET] = bytearray(b"theirs")
    transfer = sent(world, if_exists=if_exists)
    assert bytes(world.partner.files[TARGET]) == b"theirs"
    if if_exists is IfExists.FAIL:
        assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "target_exists")
    else:
        assert_completed(world, transfer, path="/in/day (1).csv")


@pytest.mark.parametrize("if_exists", list(IfExists))
def test_a_file_that_came_just_before_ours_is_kept_unless_it_may_be_replaced(
    if_exists: IfExists,
) -> None:
    world = World()
    directly(world)

    def comes() -> None:
        world.partner.files[TARGET] = bytearray(b"theirs")

    world.calls.before("partner.create_file", comes)
    transfer = sent(world, if_exists=if_exists)
    if if_exists is IfExists.REPLACE:
        assert_completed(world, transfer)
        return
    assert bytes(world.partner.files[TARGET]) == b"theirs"
    if if_exists is IfExists.FAIL:
        assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "target_exists")
    else:
        assert_completed(world, transfer, path="/in/day (1).csv")


@pytest.mark.parametrize("call", ["sink.write", "sink.flush", "sink.close"])
def test_a_direct_delivery_begins_anew_over_its_own_half_file(call: str) -> None:
    world = World()
    directly(world)
    world.calls.fail(call, broken, after=1)
    assert_completed(world, sent(world))
    assert list(world.partner.files) == [TARGET]


def test_a_direct_delivery_that_fails_takes_its_half_file_away() -> None:
    world = World()
    directly(world)
    refused = world.calls.refuse("sink.write", broken, after=2)
    failed = sent(world)
    assert failed.status is Status.FAILED
    assert world.partner.files == {}
    refused.end()
    assert_completed(world, retried(world, failed))


def test_a_half_file_that_could_not_be_removed_is_left_alone_after_the_end() -> None:
    """By then the name may belong to another file."""
    world = World()
    directly(world)
    world.calls.refuse("sink.write", broken, after=2)
    world.calls.refuse("partner.remove", broken)
    failed = sent(world)
    world.calls.forget()
    world.partner.files[TARGET] = bytearray(b"of tomorrow")
    sweep_all(world)
    assert world.read(failed).tidy
    assert bytes(world.partner.files[TARGET]) == b"of tomorrow"


@pytest.mark.parametrize("if_exists", list(IfExists))
@pytest.mark.parametrize("size", [1, len(BODY)])
def test_a_folder_under_the_targets_name_ends_it_before_the_first_byte(
    if_exists: IfExists, size: int
) -> None:
    world = World()
    world.partner.folders.add(TARGET)
    world.partner.files[f"{TARGET}/march.csv"] = bytearray(b"theirs")
    transfer = sent(world, BODY[:size], if_exists=if_exists)
    assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "target_not_a_file")
    assert "is a folder" in str(transfer.failure)
    assert world.calls.counts["sink.write"] == 0
    assert list(world.partner.files) == [f"{TARGET}/march.csv"]


@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize("size", [1, len(BODY)])
def test_a_folder_that_comes_while_the_bytes_move_stays_as_it_is(atomic: bool, size: int) -> None:
    world = drop_box(replaces_atomically=atomic)
    world.calls.before("partner.rename", lambda: world.partner.folders.add(TARGET))
    transfer = sent(world, BODY[:size], if_exists=IfExists.REPLACE)
    assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "target_not_a_file")
    assert TARGET in world.partner.folders
    assert world.partner.files == {}


@pytest.mark.parametrize("delivery", list(Delivery))
def test_missing_folders_are_made_where_the_destination_allows_it(delivery: Delivery) -> None:
    world = World()
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, delivery=delivery, create_folders=True))
    transfer = sent(world, target_path="2026/november/day.csv")
    assert_completed(world, transfer, path="/in/2026/november/day.csv")


def test_missing_folders_are_told_where_it_does_not() -> None:
    world = World()
    transfer = sent(world, target_path="2026/day.csv")
    assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "folder_missing")
    assert world.partner.folders == {"/", "/in"}


def test_a_small_file_costs_one_login() -> None:
    world = World()
    transfer = sent(world, BODY[:1])
    assert_completed(world, transfer, BODY[:1])
    assert world.calls.counts["partner.connect"] == 2  # with the test before


@pytest.mark.parametrize("size", [1, len(BODY)])
def test_what_could_not_be_created_is_not_removed(size: int) -> None:
    """Where nothing may be removed, the attempt alone would fail."""
    world = World()
    refused = PermissionDenied("/in/part", "create")
    world.calls.fail("partner.create_file", refused)
    failed = sent(world, BODY[:size])
    assert (failed.status, fail_code(failed)) == (Status.FAILED, "permission_denied")
    assert failed.tidy
    assert world.calls.counts["partner.remove"] == 0
    assert_completed(world, retried(world, failed), BODY[:size])
