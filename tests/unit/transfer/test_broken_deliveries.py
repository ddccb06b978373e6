"""The line breaks, an answer is lost or the worker dies, once at each call to the partner. In the
end every file is there once, and nobody else's is lost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.probe_destination import probe_destination
from tests.fakes.callers import ADMIN
from tests.fakes.calls import Planned
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, content, retried, sweep_all
from tests.unit.transfer.many import send
from tests.unit.transfer.test_folder_failures import until_done

SMALL = {"out/a.csv": b"first" * 50_000, "out/b.csv": b"second" * 50_000}
LARGE = {"out/big.bin": content(SMALL_BYTES + 10)}
THEIRS = b"theirs, and older"
CALLS = ("partner.*", "sink.*", "reader.*")
MOST_CALLS = 60


@dataclass(frozen=True)
class Kind:
    """A partner, and what is wished of it."""

    if_exists: IfExists
    delivery: Delivery = Delivery.ATOMIC
    replaces_atomically: bool = True
    readable: bool = True
    pipelines: bool = False

    def world(self) -> World:
        world = World()
        partner = world.partner
        partner.replaces_atomically, partner.readable = self.replaces_atomically, self.readable
        partner.pipelines = self.pipelines
        known = world.ports.destinations.read("acme")
        world.ports.destinations.save(replace(known, delivery=self.delivery))
        probe_destination("acme", ADMIN, ports=world.ports)
        return world


DIRECT = Delivery.DIRECT
KINDS = [
    (Kind(IfExists.FAIL, DIRECT), SMALL),
    (Kind(IfExists.KEEP_BOTH, DIRECT), LARGE),
    (Kind(IfExists.FAIL, DIRECT, readable=False), SMALL),
    (Kind(IfExists.FAIL, DIRECT, readable=False), LARGE),
    (Kind(IfExists.REPLACE, replaces_atomically=False), SMALL),
    (Kind(IfExists.REPLACE, replaces_atomically=False), LARGE),
    (Kind(IfExists.REPLACE, replaces_atomically=False, pipelines=True), SMALL),
    (Kind(IfExists.KEEP_BOTH), SMALL),
]


def faults(call: str) -> Iterator[str]:
    yield from ("fail", "lose_answer", "kill") if call != "reader.*" else ("fail", "kill")


def plan(world: World, fault: str, call: str, after: int) -> Planned:
    if fault == "kill":
        return world.calls.kill(call, after + 1)
    act = world.calls.fail if fault == "fail" else world.calls.lose_answer
    return act(call, broken, after)


@pytest.mark.parametrize(("kind", "found"), KINDS)
def test_a_fault_at_any_call_costs_nothing(kind: Kind, found: dict[str, bytes]) -> None:
    for call in CALLS:
        for fault in faults(call):
            for after in range(MOST_CALLS):
                if not delivered_despite(kind, found, (fault, call, after)):
                    break
            else:
                raise AssertionError(f"more than {MOST_CALLS} calls: {call}")


def delivered_despite(kind: Kind, found: dict[str, bytes], what: tuple[str, str, int]) -> bool:
    """False when there was no such call any more."""
    world = kind.world()
    taken = [f"/in/{key.removeprefix('out/')}" for key in found]
    if kind.if_exists is not IfExists.FAIL:
        world.partner.files[taken[0]] = bytearray(THEIRS)
    transfer = send(world, found, if_exists=kind.if_exists)
    planned = plan(world, *what)
    ended = until_done(world, transfer)
    if ended.status is Status.FAILED:
        ended = retried(world, transfer)
    tidied(world, transfer)
    assert ended.status is Status.COMPLETED, (what, ended.failure)
    expected = {f"/in/{key.removeprefix('out/')}": body for key, body in found.items()}
    if kind.if_exists is IfExists.KEEP_BOTH:
        name, dot, end = taken[0].partition(".")
        expected |= {f"{name} (1){dot}{end}": expected[taken[0]], taken[0]: THEIRS}
    files = {path: bytes(body) for path, body in world.partner.files.items()}
    assert files.keys() == expected.keys(), what
    assert files == expected, what
    return planned()


def tidied(world: World, transfer: Transfer) -> None:
    world.pass_time(1_000)
    sweep_all(world)
    assert world.read(transfer).tidy
