"""A cluster of servers may answer with an old size. It is looked at anew before it is believed."""

from typing import Any

import pytest

from services.transfer.domain.ports import Seen
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, fail_code, until_moving


def show_stale(world: World, number: int, until: str = "partner.open_*") -> list[int]:
    """At the `number`th look at the part file from now on it seems a chunk shorter than it is,
    until it is opened anew. NFS caches attributes and asks for them at each open. Returns the sizes
    answered since then."""
    true: dict[str, bytearray] = {}
    seen: list[int] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "partner.look" and isinstance(answer, Seen) and answer.size_bytes is not None:
            seen.append(answer.size_bytes)

    def shorten() -> None:
        [part] = world.parts()
        true[part] = world.partner.files[part]
        world.partner.files[part] = true[part][:-CHUNK_BYTES]

    def refresh() -> None:
        world.partner.files.update(true)
        true.clear()

    world.calls.observers.append(observe)
    world.calls.before("partner.look", shorten, number)
    world.calls.before_each(until, refresh)
    return seen


@pytest.mark.parametrize("verify", list(Verify))
@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_size_that_is_short_once_is_looked_at_again_when_the_file_was_opened_anew(
    number: int, verify: Verify
) -> None:
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    seen = show_stale(world, number)
    world.run()
    assert seen[number] == seen[number - 1] + CHUNK_BYTES
    assert_completed(world, transfer)


@pytest.mark.parametrize("number", [2, 3, 5])
def test_what_is_on_its_way_is_waited_for_before_a_file_counts_as_cut_off(number: int) -> None:
    """A server need not work in the order in which it is asked."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    seen = show_stale(world, number, until="sink.flush")
    world.run()
    assert seen[number] == seen[number - 1] + CHUNK_BYTES
    assert_completed(world, transfer)


@pytest.mark.parametrize("verify", list(Verify))
def test_a_file_that_stays_short_when_it_was_opened_anew_is_damaged(verify: Verify) -> None:
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_moving(world)

    def cut_off() -> None:
        [part] = world.parts()
        del world.partner.files[part][-CHUNK_BYTES:]

    world.calls.before("partner.look", cut_off, number=3)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "part_damaged")
    assert TARGET not in world.partner.files
