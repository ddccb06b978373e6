"""Among many transfers each gets its turn. One walk runs at a time, and partners stop nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from services.transfer.domain.errors import ConnectionTimedOut
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.status import Status
from services.transfer.use_cases.sweep_stalled import WALK_SECONDS, sweep_stalled
from tests.conformance.records import a_transfer
from tests.fakes.actors import Stage
from tests.fakes.lives import Killed
from tests.fakes.world import World
from tests.unit.transfer.driving import sweep_all

MANY = 5_000
LOOK_SECONDS = 0.02  # of one call
CALLS_OF_A_LOOK = 6


def ids(world: World, count: int, **changes: Any) -> list[str]:  # noqa: ANN401
    """So many transfers that were requested long ago and whose executions are running."""
    at = world.clock.replace(year=world.clock.year - 1)
    found = [f"t-{number:05d}" for number in range(count)]
    for each in found:
        transfer = a_transfer(each, at=at, destination_id="acme", **changes)
        world.transfers.create(transfer, (), None)
        world.workflow.start(each, 1)
    return found


def looked_at(world: World) -> list[str]:
    """The transfers that the walks look at from now on."""
    seen: list[str] = []

    def observe(name: str, arguments: tuple[object, ...], answer: object) -> None:
        if name == "transfers.save_sweep_position":
            seen.append(str(arguments[0]))

    world.calls.observers.append(observe)
    return seen


def test_each_of_many_is_looked_at_within_a_few_walks() -> None:
    world = World()
    every = ids(world, MANY)
    seen = looked_at(world)
    world.calls.cost = {"transfers.*": LOOK_SECONDS, "workflow.state": LOOK_SECONDS}
    walks, longest = 0, 0.0
    while len(seen) < MANY:
        begun = world.calls.elapsed
        sweep_all(world)
        longest = max(longest, world.calls.elapsed - begun)
        walks += 1
    assert sorted(seen[:MANY]) == every  # nobody twice before all had their turn
    assert longest < WALK_SECONDS + 1
    assert walks <= 1 + MANY * LOOK_SECONDS * CALLS_OF_A_LOOK / WALK_SECONDS


def test_new_ones_do_not_keep_old_ones_waiting() -> None:
    world = World()
    every = ids(world, 30)
    seen = looked_at(world)
    world.calls.cost = {"transfers.read": WALK_SECONDS / 10}
    for number in range(6):
        new = a_transfer(f"a-{number}", at=world.clock, destination_id="acme")
        world.transfers.create(new, (), None)
        sweep_all(world)
    assert set(every) <= set(seen)


def test_a_sweep_beside_a_sweep_does_nothing() -> None:
    world = World()
    ids(world, 3)
    first = Stage().start("sweep", lambda: sweep_all(world))
    assert first.advance_to("transfers.read")
    seen = looked_at(world)
    assert sweep_all(world) == 0
    assert seen == []
    first.finish()
    assert first.answer == 3
    assert sweep_all(world) == 3


def test_a_sweep_that_died_holds_up_the_others_for_one_lease_and_is_gone_on_with() -> None:
    world = World()
    every = ids(world, 3)
    world.calls.kill("transfers.read", 2)
    with pytest.raises(Killed), world.calls.worker("sweep"):
        sweep_all(world)
    assert sweep_all(world) == 0
    world.pass_time(world.policy.lease_seconds + 1)
    seen = looked_at(world)
    assert sweep_all(world) == 3
    assert seen == [every[2], every[0], every[1]]  # not the one first of which the walk died


def test_a_walk_that_slept_for_longer_than_its_lease_stops() -> None:
    world = World()
    ids(world, 3)
    first = Stage().start("sweep", lambda: sweep_all(world))
    assert first.advance_to("transfers.read")
    first.frozen = True
    world.pass_time(world.policy.lease_seconds + 1)
    assert sweep_all(world) == 3
    world.calls.overdue_beats_first = False
    first.frozen = False
    seen = looked_at(world)
    first.finish()
    assert seen == []


def left_behind(world: World, count: int) -> list[str]:
    """Ended transfers whose part files are at a partner that hangs."""
    place = world.ports.destinations.read("acme").place
    part = PartFile("/in/.part", place, world.clock.replace(year=world.clock.year - 1), made=True)
    return ids(world, count, status=Status.FAILED, part=part)


def hang_at_partners(world: World) -> None:
    def hang() -> Exception:
        world.pass_time(60)
        return ConnectionTimedOut("sftp.acme.example", 22, 60)

    world.calls.refuse("partner.connect", hang)


def until(world: World, seconds: float) -> Callable[[], bool]:
    end = world.calls.elapsed + seconds
    return lambda: world.calls.elapsed < end


def test_partners_that_hang_cost_a_sweep_a_few_tries_and_no_walk_its_time() -> None:
    world = World()
    left_behind(world, 100)
    stalled = a_transfer("z-stalled", at=world.clock.replace(year=2025), destination_id="acme")
    world.transfers.create(stalled, (), None)
    hang_at_partners(world)
    for _ in range(3):
        begun, tries = world.calls.elapsed, world.calls.counts["partner.connect"]
        sweep_stalled(lambda *_: None, until(world, 170), ports=world.ports)
        assert 1 <= world.calls.counts["partner.connect"] - tries <= 3
        assert world.calls.elapsed - begun < 300
    assert world.workflow.state("z-stalled", 1) == "running"  # the first of the walks started it


def test_while_one_sweep_hangs_at_a_partner_others_walk() -> None:
    world = World()
    left_behind(world, 1)
    first = Stage().start("sweep", lambda: sweep_all(world))
    assert first.advance_to("partner.connect")
    connects = world.calls.counts["partner.connect"]
    assert sweep_all(world) == 1
    assert world.calls.counts["partner.connect"] == connects
    first.finish()
