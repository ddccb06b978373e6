"""What dead workers left is removed before the first byte, also where each request waits."""

from dataclasses import replace

import pytest

from services.transfer.domain.retry import RetryPolicy
from tests.fakes.lives import Killed
from tests.fakes.world import POLICY, World
from tests.unit.transfer.many import assert_all_arrived, objects, send
from tests.unit.transfer.steps import sweep

FILES, DEATHS = 10, 5
NAMES_OF_A_FILE = 2  # those of the last two attempts
PATIENT = replace(POLICY, retry=RetryPolicy(base_seconds=2, cap_seconds=120, max_failures=8))


def test_a_page_that_many_workers_died_in_is_tidied_in_few_round_trips() -> None:
    world, found = World(policy=PATIENT), objects(FILES)
    world.partner.pipelines = False
    transfer = send(world, found)
    for _ in range(DEATHS):
        world.calls.kill("sink.write")
        with pytest.raises(Killed):
            sweep(world, transfer, 1)
        assert len(world.parts()) == 1
    before = world.calls.counts["partner.remove"]
    sweep(world, transfer, 1)
    assert world.calls.counts["partner.remove"] - before <= NAMES_OF_A_FILE * FILES
    assert world.parts() == []
    assert_all_arrived(world, transfer, found)
