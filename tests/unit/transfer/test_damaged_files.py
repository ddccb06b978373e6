"""One of many files reads back with other content under its name. Nobody else's file is lost."""

import pytest

from services.transfer.domain.if_exists import IfExists
from tests.fakes.world import World
from tests.unit.transfer.many import assert_all_arrived, seen, send


def test_a_damaged_file_that_may_be_replaced_is_sent_once_more() -> None:
    world, found = World(), {"out/a.csv": b"abcdef"}

    def damage() -> None:
        world.partner.files["/in/a.csv"][0] ^= 1

    transfer = send(world, found, if_exists=IfExists.REPLACE)
    damaged = world.calls.before("partner.open_reader", damage)
    world.run()
    assert damaged()
    assert_all_arrived(world, transfer, found)


@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.KEEP_BOTH])
def test_a_newer_file_of_the_same_size_is_not_removed(if_exists: IfExists) -> None:
    world = World()

    def put() -> None:
        world.partner.files["/in/a.csv"] = bytearray(b"theirs")

    transfer = send(world, {"out/a.csv": b"abcdef"}, if_exists=if_exists)
    world.calls.before("partner.open_reader", put)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "target_damaged"
    assert world.partner.files == {"/in/a.csv": b"theirs"}


def test_a_file_that_is_damaged_twice_is_not_replaced_again() -> None:
    world, found = World(), {"out/a.csv": b"abcdef"}

    def damage() -> None:
        for body in world.partner.files.values():
            body[0] ^= 1

    transfer = send(world, found, if_exists=IfExists.REPLACE)
    world.calls.before_each("partner.open_reader", damage)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "target_damaged"
    assert set(world.partner.files) == {"/in/a.csv"}
