"""A worker that delivers straight to the target's name dies or falls asleep, before any call."""

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.transfer import Transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, direct_world, until_planned
from tests.unit.transfer.every_call import Scene, frozen_turns, killed_turns
from tests.unit.transfer.steps import sweep

pytestmark = pytest.mark.slow  # a turn for each call of a transfer


def direct_scene(**wish: object) -> Scene:
    def scene() -> tuple[World, Transfer]:
        world = direct_world()
        transfer = world.request(BODY, **wish)
        until_planned(world)
        return world, transfer

    return scene


@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.REPLACE])
def test_wherever_its_worker_dies_the_file_arrives_whole(if_exists: IfExists) -> None:
    for world, transfer in killed_turns(direct_scene(if_exists=if_exists), delivered_again=False):
        sweep(world, transfer)
        assert_completed(world, transfer)
        assert set(world.partner.files) == {TARGET}


def test_wherever_its_worker_falls_asleep_the_file_arrives_whole() -> None:
    for world, transfer, asleep in frozen_turns(direct_scene()):
        world.calls.overdue_beats_first = False
        asleep.frozen = False
        asleep.finish()
        sweep(world, transfer)
        assert_completed(world, transfer)
        assert set(world.partner.files) == {TARGET}
