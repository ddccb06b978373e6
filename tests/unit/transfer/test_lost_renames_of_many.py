"""The answer to a rename is lost. Whoever comes next sees that the file has its name."""

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.status import Status
from services.transfer.use_cases.probe_destination import probe_destination
from tests.fakes.callers import ADMIN
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, content
from tests.unit.transfer.many import arrived, objects, seen, send
from tests.unit.transfer.test_folder_failures import until_done

BIG = content(SMALL_BYTES + 10)


@pytest.mark.parametrize("reopens", [True, False])
@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.KEEP_BOTH])
def test_a_large_file_is_sent_once(if_exists: IfExists, reopens: bool) -> None:
    world = World()
    world.partner.reopens = reopens
    probe_destination("acme", ADMIN, ports=world.ports)
    transfer = send(world, {"out/big.bin": BIG}, if_exists=if_exists)
    world.calls.lose_answer("partner.rename", broken)
    ended = until_done(world, transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert arrived(world) == {"out/big.bin": BIG}


def test_a_large_file_that_got_another_name_is_sent_once() -> None:
    world = World()
    world.partner.files["/in/big.bin"] = bytearray(b"theirs")
    world.partner.files["/in/big (1).bin"] = bytearray(len(BIG))
    transfer = send(world, {"out/big.bin": BIG}, if_exists=IfExists.KEEP_BOTH)
    world.calls.lose_answer("partner.rename", broken)
    ended = until_done(world, transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert sorted(world.partner.files) == ["/in/big (1).bin", "/in/big (2).bin", "/in/big.bin"]
    assert bytes(world.partner.files["/in/big (2).bin"]) == BIG
    assert [each.path for each in seen(world, transfer)] == ["big (2).bin"]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_small_files_that_got_other_names_are_sent_once(number: int) -> None:
    world, found = World(), objects(4)
    for key in found:
        world.partner.files[f"/in/{key.removeprefix('out/')}"] = bytearray(b"theirs!")
    transfer = send(world, found, if_exists=IfExists.KEEP_BOTH)
    killed = world.calls.kill("partner.rename", number)
    ended = until_done(world, transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert killed()
    assert len(world.partner.files) == 2 * len(found)
    for key, body in found.items():
        assert arrived(world)[key] == b"theirs!"
        assert arrived(world)[key.replace(".csv", " (1).csv")] == body


def test_small_files_that_got_other_names_are_not_sent_again_after_a_lost_answer() -> None:
    world, found = World(), objects(4)
    for key in found:
        world.partner.files[f"/in/{key.removeprefix('out/')}"] = bytearray(b"theirs!")
    transfer = send(world, found, if_exists=IfExists.KEEP_BOTH)
    world.calls.lose_answer("partner.rename", broken, after=2)
    ended = until_done(world, transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert len(world.partner.files) == 2 * len(found)
