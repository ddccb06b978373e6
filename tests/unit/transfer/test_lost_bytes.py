"""No transfer is completed without all of its bytes, whatever happens to the part file."""

from dataclasses import replace

import pytest

from services.transfer.domain.chunks import plan_chunks
from services.transfer.domain.credential import Credential
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.status import Status
from services.transfer.domain_services.queue_lanes import report_moved
from services.transfer.use_cases.manage_destinations import change_destination
from tests.fakes.callers import ADMIN
from tests.fakes.partners import HOST_KEY
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    fail_code,
    fail_half_way,
    retried,
    retry,
    some_chunks,
    until_moving,
)


def clear_parts(world: World) -> None:
    """The partner's nightly cleaning job."""
    for path in world.parts():
        del world.partner.files[path]


def test_a_part_file_lost_before_a_retry_is_told_and_the_next_retry_begins_anew() -> None:
    world = World()
    ended = fail_half_way(world)
    clear_parts(world)
    again = retried(world, ended)
    assert (again.status, fail_code(again)) == (Status.FAILED, "part_missing")
    assert TARGET not in world.partner.files
    anew = retried(world, ended)
    assert anew.generation == ended.generation + 1
    assert_completed(world, ended)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "call", ["partner.open_part", "sink.write", "sink.flush", "partner.look", "partner.rename"]
)
def test_a_part_file_lost_at_any_call_costs_a_retry_and_no_byte(call: str, number: int) -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.before(call, lambda: clear_parts(world), number=number)
    world.run()
    for _ in range(2):
        if world.read(transfer).status is Status.FAILED:
            retried(world, transfer)
    assert_completed(world, transfer)


def test_a_move_that_is_started_again_never_goes_on_with_an_empty_part_file() -> None:
    """Step Functions repeats a task whose answer was lost."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    some_chunks(world, 2)
    assert world.ports.ledger.progress(LedgerId(transfer.id, 1)).chunks_done == 2
    clear_parts(world)
    world.workflow.executions[transfer.id, 1].token = None
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "part_missing")
    assert TARGET not in world.partner.files
    retried(world, transfer)
    assert_completed(world, transfer)


def test_a_retry_to_another_folder_begins_anew_and_clears_the_old_one() -> None:
    world = World()
    ended = fail_half_way(world)
    world.partner.folders.add("/new")
    change_destination("acme", {"base_path": "/new"}, None, ADMIN, ports=world.ports)
    assert retried(world, ended).generation == 2
    assert_completed(world, ended, path="/new/day.csv")


@pytest.mark.parametrize(
    "moved", [{"host": "sftp2.acme.example"}, {"port": 2222}, {"user": "other"}]
)
def test_a_retry_to_another_server_or_user_begins_anew(moved: dict[str, object]) -> None:
    world = World()
    ended = fail_half_way(world)
    changes = {**moved, "host_keys": (HOST_KEY,)}
    change_destination("acme", changes, Credential(password="pw"), ADMIN, ports=world.ports)
    world.partner.files.clear()  # that one has never seen a part file
    assert retried(world, ended).generation == 2
    assert_completed(world, ended)


def test_a_retry_that_meets_the_sweepers_removal_begins_anew() -> None:
    world = World()
    ended = fail_half_way(world)
    world.pass_time(world.policy.keep_part_seconds + 1)
    met = world.calls.before("partner.remove", lambda: retry(world, ended))
    sweep_transfer(ended.id, ports=world.ports)
    assert met()
    world.run()
    assert world.read(ended).generation == 2
    assert_completed(world, ended)


def test_a_discarded_part_file_is_not_gone_on_with_even_where_its_removal_failed() -> None:
    world = World()
    ended = fail_half_way(world)
    world.pass_time(world.policy.keep_part_seconds + 1)
    world.calls.fail("partner.remove", broken)
    sweep_transfer(ended.id, ports=world.ports)
    discarded = world.read(ended)
    assert (discarded.part, discarded.leftovers) == (None, (ended.known_part,))
    assert retried(world, ended).generation == 2
    assert_completed(world, ended)


@pytest.mark.parametrize("old_bytes", [len(BODY), len(BODY) - 1])
def test_yesterdays_file_is_not_taken_for_todays_whatever_its_size(old_bytes: int) -> None:
    """The part file is gone and the rename's answer is lost. So the name proves nothing."""
    world = World()
    world.partner.files[TARGET] = bytearray(old_bytes)
    transfer = world.request(BODY, if_exists=IfExists.REPLACE)

    def lose_both() -> None:
        clear_parts(world)
        raise broken()

    world.calls.before("partner.rename", lose_both)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "part_missing")
    assert bytes(world.partner.files[TARGET]) == bytes(old_bytes)
    retried(world, transfer)
    assert_completed(world, transfer)


def test_a_ledger_that_was_never_opened_is_not_complete() -> None:
    world = World()
    transfer = world.request(BODY)
    plan = plan_chunks(len(BODY), CHUNK_BYTES)
    moving = world.transfers.save(replace(transfer, status=Status.MOVING, plan=plan))
    assert not report_moved(moving, ports=world.ports)


def test_a_sweep_between_any_two_steps_of_a_move_does_not_take_it_for_done() -> None:
    """Sweeps also before the ledger is open."""
    world = World()
    transfer = world.request(BODY)

    def sweep() -> None:
        sweep_transfer(transfer.id, ports=world.ports)
        world.calls.before("transfers.*", sweep)  # from now on: not those of the sweep itself

    world.calls.before("transfers.*", sweep)
    world.run()
    assert_completed(world, transfer)
