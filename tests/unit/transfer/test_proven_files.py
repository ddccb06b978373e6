"""What a receipt says of many files was done with each of them."""

from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.status import Status
from tests.unit.transfer.driving import direct_world, fail_code
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
