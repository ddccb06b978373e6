"""One large file of many: what is on record of it stays true over several attempts."""

from services.transfer.domain.errors import WriteRefused
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.status import Status
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, content, direct_world
from tests.unit.transfer.many import assert_all_arrived, send
from tests.unit.transfer.test_folder_failures import until_done

PATH, BODY = "/in/big.bin", content(SMALL_BYTES + 10)
FOUND = {"out/big.bin": BODY}
NOT_SAMPLED = SMALL_BYTES // 2 + 7


def damage(world: World) -> None:
    world.partner.files[PATH][NOT_SAMPLED] ^= 1


def test_a_file_whose_read_back_broke_is_read_back_by_the_next_attempt() -> None:
    world = direct_world()
    transfer = send(world, FOUND, verify=Verify.READBACK)
    world.calls.fail("reader.read", broken)
    world.calls.before("partner.open_reader", lambda: damage(world))
    until_done(world, transfer)
    assert_all_arrived(world, transfer, FOUND)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.READBACK


def test_a_file_that_was_taken_before_it_was_read_back_is_not_called_read_back() -> None:
    world = direct_world()
    transfer = send(world, FOUND, verify=Verify.READBACK)
    world.calls.fail("reader.read", broken)
    world.calls.before("partner.connect", lambda: world.partner.files.pop(PATH), 2)
    until_done(world, transfer)
    assert world.read(transfer).status is Status.FAILED


def test_what_was_misread_is_not_called_delivered_by_the_next_attempt() -> None:
    world = direct_world()
    transfer = send(world, FOUND)
    world.buckets.flip_next_read(NOT_SAMPLED)
    broke = world.calls.lose_answer("ledger.checkpoint", broken, 1)
    until_done(world, transfer)
    assert broke()
    assert_all_arrived(world, transfer, FOUND)


def test_a_refused_close_takes_back_what_was_acknowledged() -> None:
    world = World()
    transfer = send(world, FOUND, verify=Verify.SIZE)

    def refuse() -> None:
        [part] = world.parts()
        world.partner.files[part][NOT_SAMPLED] ^= 1
        raise WriteRefused(part, "close", "quota")

    world.calls.before("sink.close", refuse)
    until_done(world, transfer)
    assert_all_arrived(world, transfer, FOUND)
