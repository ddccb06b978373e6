"""A cancel comes too late for a file that got its name in an earlier run, unseen by anybody."""

import pytest

from services.transfer.domain.status import Status
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    retry,
    until_state,
)


@pytest.mark.parametrize("renamed", [True, False])
def test_a_retry_that_is_cancelled_at_once_tells_what_became_of_the_file(renamed: bool) -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    gone = world.calls.refuse("partner.connect", broken, after=1)
    if renamed:
        world.calls.lose_answer("partner.rename", broken)
    else:
        world.calls.fail("partner.rename", broken)
    world.run()
    assert world.read(transfer).status is Status.FAILED
    gone.end()
    retry(world, transfer)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    if renamed:
        assert_completed(world, transfer)
        return
    assert world.read(transfer).status is Status.CANCELLED
    assert TARGET not in world.partner.files
    assert world.parts() == []
