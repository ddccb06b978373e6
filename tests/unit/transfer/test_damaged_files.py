"""One of many files reads back with other content under its name. Nobody else's file is lost."""

from collections import Counter

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Verify
from tests.fakes.world import World
from tests.unit.transfer.driving import until_planned
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


def damage_all(world: World) -> None:
    for body in world.partner.files.values():
        body[:1] = b"X"


@pytest.mark.parametrize("pipelines", [True, False])
def test_one_damaged_file_leads_to_all_the_others(pipelines: bool) -> None:
    world, found = World(), {f"out/{n}.csv": b"abcdef" for n in range(5)}
    world.partner.pipelines = pipelines
    transfer = send(world, found)
    world.calls.before_each("partner.open_reader", lambda: damage_all(world))
    world.run()
    assert {each.key: each.code for each in seen(world, transfer, "failed")} == dict.fromkeys(
        found, "target_damaged"
    )


def test_the_others_are_read_in_a_later_turn_where_one_is_too_short() -> None:
    world, found = World(), {f"out/{n}.csv": b"abcdef" for n in range(5)}
    transfer, left = send(world, found), [900.0]

    def damage() -> None:
        damage_all(world)
        left[0] = world.policy.hand_over_seconds * 2

    world.calls.before_each("partner.open_reader", damage)
    until_planned(world)
    world.drive_lane(remaining=lambda: left[0])
    assert world.calls.counts["partner.open_reader"] == 1
    world.run()
    assert len(seen(world, transfer, "failed")) == len(found)


def test_all_that_were_damaged_are_sent_once_more_where_they_may_be_replaced() -> None:
    world, found = World(), {f"out/{n}.csv": b"abcdef" for n in range(5)}
    transfer = send(world, found, if_exists=IfExists.REPLACE)
    world.calls.before("partner.open_reader", lambda: damage_all(world))
    world.run()
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
            body[:1] = b"X"

    transfer = send(world, found, if_exists=IfExists.REPLACE)
    world.calls.before_each("partner.open_reader", damage)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "target_damaged"
    assert set(world.partner.files) == {"/in/a.csv"}


def test_what_is_sent_once_more_is_read_before_it_replaces_anything() -> None:
    world, found = World(), {"out/a.csv": b"abcdef"}

    def put() -> None:
        world.partner.files["/in/a.csv"] = bytearray(b"theirs")

    def damage() -> None:
        for path, body in world.partner.files.items():
            if path != "/in/a.csv":
                body[:1] = b"X"

    transfer = send(world, found, if_exists=IfExists.REPLACE)
    world.calls.before("partner.open_reader", put)
    world.calls.before_each("partner.open_reader", damage)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "target_damaged"
    assert world.partner.files == {"/in/a.csv": b"theirs"}


def test_where_all_is_read_back_no_damaged_file_gets_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, found = World(), {f"out/{n}.csv": b"abcdef" for n in range(3)}
    called, reads = world.partner.called, Counter[str]()

    def damage(name: str) -> None:
        called(name)
        if name not in ("quick_read", "open_reader"):
            return
        reads[name] += 1
        assert "/in/1.csv" not in world.partner.files
        for path, body in world.partner.files.items():
            if "1.csv" in path:
                body[:1] = b"X"

    monkeypatch.setattr(world.partner, "called", damage)
    transfer = send(world, found, verify=Verify.READBACK)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert (told.key, told.code) == ("out/1.csv", "target_damaged")
    assert set(world.partner.files) == {"/in/0.csv", "/in/2.csv"}
    assert reads["quick_read"] == len(found)
