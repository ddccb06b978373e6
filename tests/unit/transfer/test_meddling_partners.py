"""The partner takes files away and puts others there, at any moment. What it put there is not lost
where nobody wished to replace it, and in the end nothing of ours is left beside the files."""

from collections.abc import Callable
from functools import partial

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from tests.fakes.actors import Stage
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import until_planned
from tests.unit.transfer.freezing import freeze_at, thaw
from tests.unit.transfer.many import send
from tests.unit.transfer.test_broken_deliveries import MOST_CALLS, Kind, tidied
from tests.unit.transfer.test_folder_failures import until_done

NAME, BODY = "/in/a.csv", b"ours" * 1_000
THEIRS, NEWER = b"theirs, and older", b"theirs, and newer"
KINDS = [
    Kind(IfExists.FAIL),
    Kind(IfExists.FAIL, Delivery.DIRECT),
    Kind(IfExists.KEEP_BOTH),
    Kind(IfExists.REPLACE, replaces_atomically=False),
    Kind(IfExists.REPLACE),
]

FROZEN = [
    (kind, call)
    for kind in KINDS
    for call in ("partner.create_file", "sink.flush", "partner.rename")
    if call != "partner.rename" or kind.delivery is Delivery.ATOMIC
]


def takes_parts(world: World) -> None:
    for path in world.parts():
        del world.partner.files[path]


def takes_target(world: World) -> None:
    world.partner.files.pop(NAME, None)


def puts_another(world: World) -> None:
    world.partner.files[NAME] = bytearray(NEWER)


@pytest.mark.parametrize("meddle", [takes_parts, takes_target, puts_another])
@pytest.mark.parametrize("kind", KINDS)
def test_a_partner_that_meddles_loses_nothing(kind: Kind, meddle: Callable[[World], None]) -> None:
    for number in range(1, MOST_CALLS):
        world = kind.world()
        if kind.if_exists is not IfExists.FAIL:
            world.partner.files[NAME] = bytearray(THEIRS)
        transfer = send(world, {"out/a.csv": BODY}, if_exists=kind.if_exists)
        meddled = world.calls.before("[ps][ai][rn][tk]*", partial(meddle, world), number)
        ended = until_done(world, transfer)
        assert ended.status in {Status.COMPLETED, Status.FAILED}
        tidied(world, transfer)
        assert [path for path in world.partner.files if ".part" in path] == []
        there = [bytes(body) for body in world.partner.files.values()]
        if meddle is puts_another and meddled() and kind.if_exists is not IfExists.REPLACE:
            assert NEWER in there, number
        if not meddled():
            return
    raise AssertionError("more calls than expected")


@pytest.mark.parametrize(("kind", "call"), FROZEN)
def test_a_worker_that_wakes_up_after_another_has_delivered_changes_nothing(
    kind: Kind, call: str
) -> None:
    world, found = kind.world(), {"out/a.csv": BODY, "out/b.csv": BODY[1:]}
    if kind.if_exists is not IfExists.FAIL:
        world.partner.files[NAME] = bytearray(THEIRS)
    transfer = send(world, found, if_exists=kind.if_exists)
    until_planned(world)
    asleep = Stage().start("asleep", world.drive_lane)
    freeze_at(world, asleep, call)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    thaw(world, asleep)
    tidied(world, transfer)
    keeps_both = kind.if_exists is IfExists.KEEP_BOTH
    expected = {"/in/b.csv": BODY[1:], NAME: THEIRS if keeps_both else BODY}
    if keeps_both:
        expected["/in/a (1).csv"] = BODY
    assert {path: bytes(body) for path, body in world.partner.files.items()} == expected
