"""What a receipt says of many files was done with each of them."""

import pytest

from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.status import Status
from services.transfer.use_cases.probe_destination import probe_destination
from tests.fakes.callers import ADMIN
from tests.fakes.world import World
from tests.unit.transfer.driving import content, direct_world, fail_code, until_planned
from tests.unit.transfer.many import assert_all_arrived, objects, seen, send


def test_files_delivered_under_their_names_at_once_are_read_back() -> None:
    world, found = direct_world(), objects(3)
    before = world.calls.counts["partner.open_reader"]
    transfer = send(world, found, verify=Verify.READBACK)
    world.run()
    assert_all_arrived(world, transfer, found)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.READBACK
    assert world.calls.counts["partner.open_reader"] - before == 3


def test_a_file_that_is_cut_under_its_name_is_not_called_delivered() -> None:
    world, found = direct_world(), objects(3)

    def cut() -> None:
        if "/in/002.csv" in world.partner.files:
            del world.partner.files["/in/002.csv"][5:]

    world.calls.before_each("partner.look", cut)
    transfer = send(world, found, verify=Verify.SIZE)
    world.run()
    assert world.read(transfer).status is Status.FAILED
    assert fail_code(world.read(transfer)) == "some_files_failed"
    assert [each.key for each in seen(world, transfer, "failed")] == ["out/002.csv"]


@pytest.mark.parametrize("reopens", [True, False])
def test_every_byte_of_a_large_file_is_read_twice(reopens: bool) -> None:
    world, found = World(), {"out/big.bin": content(SMALL_BYTES + 10)}
    world.partner.reopens = reopens
    probe_destination("acme", ADMIN, ports=world.ports)
    world.calls.cost["sink.write"] = 16.0
    transfer = send(world, found, verify=Verify.REREAD)
    until_planned(world)
    world.run()
    assert_all_arrived(world, transfer, found)
    assert world.buckets.bytes_read == 2 * len(found["out/big.bin"])


def test_a_large_file_that_reads_differently_is_sent_from_where_it_was_certain() -> None:
    world, body = World(), content(2 * SMALL_BYTES)
    world.calls.cost["sink.write"] = 16.0
    transfer = send(world, {"out/big.bin": body}, verify=Verify.REREAD)
    world.buckets.put("outgoing", "out/big.bin", body, None)
    until_planned(world)
    world.buckets.flip_next_read(SMALL_BYTES + 5)
    world.run()
    assert_all_arrived(world, transfer, {"out/big.bin": body})
    assert world.buckets.bytes_read < 3 * len(body)
