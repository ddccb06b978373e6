"""Some of many files fail, workers die in the middle of a page, and the rest is sent by a retry."""

from contextlib import suppress
from dataclasses import replace

import pytest

from services.transfer.domain.errors import NoSpace, SourceUnavailable, WriteRefused
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    broken,
    content,
    fail_code,
    retried,
    sweep_all,
    until_planned,
)
from tests.unit.transfer.many import arrived, assert_all_arrived, counts, objects, seen, send
from tests.unit.transfer.steps import sweep


def until_done(world: World, transfer: Transfer) -> Transfer:
    """Sweeps as often as dead workers need it."""
    with suppress(Killed):
        world.run()
    for _ in range(6):
        if world.read(transfer).status in {Status.COMPLETED, Status.FAILED}:
            break
        sweep(world, transfer, 1)
    return world.read(transfer)


def test_hostile_names_are_refused_one_by_one() -> None:
    world, found = World(), objects(3)
    hostile = ["out/../up", "out//twice", "out/\x07bell", "out/" + "n" * 300, "out/.."]
    transfer = send(world, found | dict.fromkeys(hostile, b"x"))
    world.run()
    assert arrived(world) == found
    assert counts(world, transfer) == FileCounts(done=3, failed=5)
    told = {each.key: each.code for each in seen(world, transfer, "failed")}
    assert told == {
        hostile[0]: "path_outside_base",
        hostile[1]: "path_outside_base",
        hostile[2]: "name_invalid",
        hostile[3]: "name_invalid",
        hostile[4]: "path_outside_base",
    }
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.message.startswith("5 of 8 files were not delivered: ")


def test_an_object_that_changes_or_vanishes_fails_alone_and_a_retry_sends_it_anew() -> None:
    world, found = World(), objects(6)
    transfer = send(world, found)
    until_planned(world)
    bucket = world.buckets.objects_by_bucket["outgoing"]
    world.buckets.put("outgoing", "out/002.csv", b"replaced")
    del bucket["out/004.csv"]
    world.run()
    told = {each.key: each.code for each in seen(world, transfer, "failed")}
    assert told == {"out/002.csv": "source_changed", "out/004.csv": "object_not_found"}
    world.buckets.put("outgoing", "out/004.csv", found["out/004.csv"])
    before = world.calls.counts["quick.put"]
    again = retried(world, transfer)
    assert_all_arrived(world, again, found | {"out/002.csv": b"replaced"})
    assert world.calls.counts["quick.put"] - before == 2


def test_an_object_that_grew_too_long_to_be_held_in_memory_is_not_fetched() -> None:
    world, found = World(), objects(3)
    transfer = send(world, found)
    until_planned(world)
    world.buckets.put("outgoing", "out/002.csv", b"replaced")
    world.run()
    world.buckets.put("outgoing", "out/002.csv", b"z" * (SMALL_BYTES + 1))
    before = world.buckets.bytes_read
    retried(world, transfer)
    [told] = seen(world, transfer, "failed")
    assert (told.key, told.code) == ("out/002.csv", "object_grew")
    assert world.buckets.bytes_read == before


def test_a_refused_file_does_not_stop_the_others() -> None:
    world, found = World(), objects(6)
    transfer = send(world, found)
    world.partner.folders.add("/in/003.csv")
    world.run()
    [told] = seen(world, transfer, "failed")
    assert (told.key, told.code) == ("out/003.csv", "target_not_a_file")
    del found["out/003.csv"]
    assert arrived(world) == found


def test_a_full_disk_fails_the_transfer_and_not_file_by_file() -> None:
    world = World()
    transfer = send(world, objects(6))
    for at in ("quick_write", "flush"):
        world.partner.fail_next(
            NoSpace("/in/x", 0) if at == "flush" else WriteRefused("/in/x", "write to", "full"), at
        )
    world.run()
    assert fail_code(world.read(transfer)) == "no_space"
    assert world.parts() == []
    assert_all_arrived(world, retried(world, transfer), objects(6))


@pytest.mark.parametrize("number", [1, 2, 5, 9, 10])
def test_a_worker_that_dies_in_the_middle_of_a_page_costs_nothing(number: int) -> None:
    """By then some files have their names that nobody has recorded."""
    world, found = World(), objects(10)
    transfer = send(world, found)
    killed = world.calls.kill("quick.put", number)
    ended = until_done(world, transfer)
    assert killed()
    assert ended.status is Status.COMPLETED, ended.failure
    assert_all_arrived(world, transfer, found)
    assert counts(world, transfer).skipped >= number - 1


@pytest.mark.parametrize("call", ["ledger.finish", "ledger.claim", "partner.open_reader"])
def test_a_worker_that_dies_at_the_end_of_a_page_costs_nothing(call: str) -> None:
    world, found = World(), objects(10)
    transfer = send(world, found)
    killed = world.calls.kill(call)
    until_done(world, transfer)
    assert killed()
    assert_all_arrived(world, transfer, found)


def test_a_broken_line_keeps_what_is_certain() -> None:
    world, found = World(), objects(10)
    transfer = send(world, found)
    world.partner.fail_next(broken(), "quick_write", after=5)
    world.run()
    assert_all_arrived(world, transfer, found)
    assert counts(world, transfer) == FileCounts(done=10)


def test_a_line_that_breaks_while_a_page_is_proved_keeps_what_is_certain() -> None:
    world, found = World(), objects(10)
    transfer = send(world, found)
    world.calls.fail("partner.open_reader", broken)
    world.run()
    assert_all_arrived(world, transfer, found)
    assert counts(world, transfer) == FileCounts(done=10)
    assert world.calls.counts["quick.put"] == 10  # each was sent once


def test_a_rename_whose_answer_was_lost_is_looked_for() -> None:
    world, found = World(), objects(10)
    transfer = send(world, found)
    world.calls.fail("quick.put", broken, after=3)  # its file has its name by then
    world.run()
    assert_all_arrived(world, transfer, found)
    assert counts(world, transfer).skipped == 1


def test_s3_that_fails_for_one_object_fails_that_file_only_at_the_last_try() -> None:
    world, found = World(), objects(4)
    transfer = send(world, found)

    def unavailable() -> None:
        raise SourceUnavailable("outgoing", "out/001.csv", "500")

    world.buckets.refusing["out/001.csv"] = unavailable
    world.run()
    assert fail_code(world.read(transfer)) == "some_files_failed"
    [told] = seen(world, transfer, "failed")
    assert told.code == "source_unavailable"
    world.buckets.refusing.clear()
    assert_all_arrived(world, retried(world, transfer), found)


def test_a_bit_that_is_read_wrongly_is_read_again() -> None:
    world, found = World(), objects(3)
    transfer = send(world, found)
    until_planned(world)
    world.buckets.flip_next_read(5)
    world.run()
    assert_all_arrived(world, transfer, found)


def test_a_cancelled_transfer_keeps_what_is_delivered_and_says_so() -> None:
    world, found = World(), objects(10)
    transfer = send(world, found)
    world.calls.before("quick.put", lambda: cancel_transfer(transfer.id, ANN, ports=world.ports), 5)
    world.calls.cost["quick.put"] = 3.0
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.CANCELLED
    kept = [each.key for each in seen(world, transfer) if each.outcome == "done"]
    assert 0 < len(kept) < 10
    assert set(kept) <= set(arrived(world))
    world.pass_time(1_000)
    sweep_all(world)
    assert world.parts() == []
    assert world.read(transfer).tidy


def test_parts_of_a_dead_worker_are_removed_when_nobody_goes_on() -> None:
    world = World()
    transfer = send(world, objects(10))
    world.calls.kill("quick.put", 2)
    with pytest.raises(Killed):
        world.run()
    assert world.parts() != []
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    sweep(world, transfer, 8)
    assert world.parts() == []
    assert world.read(transfer).status is Status.CANCELLED


def test_another_place_gets_all_files() -> None:
    world, found = World(), objects(5)
    world.partner.files["/in/001.csv"] = bytearray(b"theirs")
    transfer = send(world, found)
    world.run()
    assert world.read(transfer).status is Status.FAILED
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, base_path="/other"))
    world.partner.folders.add("/other")
    again = retried(world, transfer)
    assert again.status is Status.COMPLETED, again.failure
    assert [path for path in world.partner.files if path.startswith("/other/")] == [
        f"/other/{key.removeprefix('out/')}" for key in found
    ]


@pytest.mark.parametrize("call", ["sink.flush", "partner.rename", "ledger.finish", "sink.close"])
def test_a_large_file_goes_on_where_a_dead_worker_stopped(call: str) -> None:
    world, found = World(), {"out/big.bin": content(SMALL_BYTES * 2)}
    world.calls.cost["sink.write"] = 16.0
    transfer = send(world, found)
    killed = world.calls.kill(call)
    until_done(world, transfer)
    assert killed()
    assert_all_arrived(world, transfer, found)
    again = world.buckets.bytes_read - len(found["out/big.bin"])
    assert again < SMALL_BYTES


def test_a_large_file_that_is_replaced_meanwhile_is_not_mixed() -> None:
    world, body = World(), content(SMALL_BYTES * 2)
    transfer = send(world, {"out/big.bin": body})
    world.calls.cost["sink.write"] = 16.0
    world.calls.kill("sink.write", 6)
    with pytest.raises(Killed):
        world.run()
    world.buckets.put("outgoing", "out/big.bin", body[::-1])
    assert until_done(world, transfer).status is Status.FAILED
    again = retried(world, transfer)
    assert_all_arrived(world, again, {"out/big.bin": body[::-1]})
