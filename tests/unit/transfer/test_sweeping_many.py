"""The sweeper comes to a partner that takes files away, and to users who retry meanwhile."""

from contextlib import suppress

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.status import Status
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, content, retry, sweep_all
from tests.unit.transfer.many import arrived, assert_all_arrived, counts, objects, send
from tests.unit.transfer.steps import sweep
from tests.unit.transfer.test_folder_failures import until_done
from tests.unit.transfer.test_tidy_partners import one_by_one


def test_the_old_file_is_not_delivered_again_when_the_partner_took_ours_away() -> None:
    world = one_by_one(replaces_atomically=False, removes=False)
    world.partner.files["/in/001.csv"] = bytearray(b"theirs")
    transfer = send(world, objects(3), if_exists=IfExists.REPLACE)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    del world.partner.files["/in/001.csv"]
    world.partner.removes = True
    world.pass_time(1_000)
    sweep_all(world)
    assert set(world.partner.files) == {"/in/000.csv", "/in/002.csv"}
    assert world.read(transfer).tidy


def test_tidying_ends_when_the_user_retries_and_leaves_the_new_runs_files_alone() -> None:
    world = one_by_one()
    transfer = send(world, objects(40))
    refused = [
        world.calls.refuse(call, broken, after=2) for call in ("sink.write", "partner.remove")
    ]
    world.run()
    for each in refused:
        each.end()
    assert world.read(transfer).status is Status.FAILED
    world.calls.cost["partner.remove"] = 2.0
    before = world.calls.counts["partner.remove"]
    retries = world.calls.before("partner.remove", lambda: retry(world, transfer), 3)
    world.pass_time(1_000)
    sweep_all(world)
    assert retries()
    assert world.calls.counts["partner.remove"] - before <= 3


def test_a_run_does_not_end_before_all_failed_files_are_open_again() -> None:
    world, found = World(), {f"out/{n}.bin": content(SMALL_BYTES + n + 1) for n in range(3)}
    for path in ("/in/1.bin", "/in/2.bin"):
        world.partner.files[path] = bytearray(b"theirs")
    transfer = send(world, found)
    world.run()
    assert counts(world, transfer).failed == 2
    for path in ("/in/1.bin", "/in/2.bin"):
        del world.partner.files[path]

    def time_is_over() -> None:
        sweep_transfer(transfer.id, ports=world.ports)  # before the step is repeated
        while world.drive_lane():
            pass
        raise TimeoutError

    retry(world, transfer)
    ended = world.calls.before("ledger.reopen", time_is_over, 2)
    world.run()
    assert ended()
    assert_all_arrived(world, transfer, found)


def test_a_file_that_a_dead_worker_still_creates_is_removed() -> None:
    world = one_by_one()
    transfer = send(world, objects(40))
    world.calls.kill("sink.write", 3)
    with suppress(Killed):
        world.run()
    late = {part: world.partner.files.pop(part) for part in world.parts()}
    assert late
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.calls.cost["partner.remove"] = 4.0
    sweep(world, transfer, 1)  # asks for its name first, and not for the last ones
    world.pass_time(100)
    world.partner.files.update(late)
    for _ in range(20):
        world.pass_time(100)
        sweep_all(world)
    assert world.parts() == []
    assert world.read(transfer).tidy


@pytest.mark.parametrize("pipelines", [True, False])
def test_a_dead_workers_part_whose_removal_is_refused_is_on_record(pipelines: bool) -> None:
    world, found = World(), {f"out/{n}.csv": content(1_000 + n) for n in range(3)}
    world.partner.pipelines = pipelines
    world.partner.removes = False
    transfer = send(world, found)
    world.calls.kill("quick.put" if pipelines else "partner.rename", 2)
    assert until_done(world, transfer).status is Status.COMPLETED
    assert world.parts() != []
    assert world.read(transfer).left_behind != ()
    world.partner.removes = True
    world.pass_time(1_000)
    sweep_all(world)
    assert arrived(world) == found
    assert world.read(transfer).tidy
