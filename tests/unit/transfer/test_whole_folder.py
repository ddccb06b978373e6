"""Many objects as one transfer, in memory, by the real state machine definition."""

import gc
from dataclasses import replace

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.proof import Proven, SourceChecksum, Verify
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from services.transfer.domain_services.move_page import PageMove
from tests.fakes.world import World
from tests.unit.transfer.driving import content, direct_world, fail_code
from tests.unit.transfer.many import (
    arrived,
    assert_all_arrived,
    counts,
    objects,
    seen,
    send,
)

LARGE = {"out/big.bin": content(SMALL_BYTES + 5), "out/small.bin": b"s"}


@pytest.fixture(params=[True, False], ids=["at once", "one by one"])
def world(request: pytest.FixtureRequest) -> World:
    made = World()
    made.partner.pipelines = request.param
    return made


def test_a_prefix_arrives_as_a_tree(world: World) -> None:
    found = {f"out/{n % 3}/{n}.csv": bytes([n]) * n for n in range(40)}
    transfer = send(world, found)
    world.run()
    assert_all_arrived(world, transfer, found)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.SAMPLED
    assert receipt.source_checksum is SourceChecksum.MATCHED
    assert receipt.bytes_sent == sum(map(len, found.values()))
    assert receipt.files == FileCounts(done=40)
    assert receipt.left_behind == ()
    assert world.errors == []


@pytest.mark.parametrize("verify", list(Verify))
def test_every_kind_of_proof_is_told(world: World, verify: Verify) -> None:
    transfer = send(world, LARGE, verify=verify)
    world.run()
    assert_all_arrived(world, transfer, LARGE)
    receipt = world.read(transfer).receipt
    proven = {Verify.SIZE: Proven.SIZE, Verify.READBACK: Proven.READBACK}
    assert receipt is not None
    assert receipt.proven is proven.get(verify, Proven.SAMPLED)


def test_several_lanes_share_the_pages(world: World) -> None:
    found = objects(700)
    transfer = send(world, found)
    world.run()
    assert_all_arrived(world, transfer, found)
    large = {f"out/{n}.bin": content(SMALL_BYTES + n + 1) for n in range(5)}
    world.partner.files.clear()
    for key in found:
        del world.buckets.objects_by_bucket["outgoing"][key]
    transfer = send(world, large)
    world.run()
    assert_all_arrived(world, transfer, large)
    assert world.read(transfer).lanes == 3


def test_a_file_is_not_called_by_its_prefix_folder(world: World) -> None:
    transfer = send(
        world, {"a/out-1.csv": b"1", "a/out-2/x": b"2", "a/other": b"3"},
        source=ObjectRef("outgoing", "a/out"), target_path="day"
    )  # fmt: skip
    world.partner.folders.add("/in/day")
    world.run()
    assert set(world.partner.files) == {"/in/day/out-1.csv", "/in/day/out-2/x"}
    assert world.read(transfer).final_path == "/in/day"


def test_patterns_choose(world: World) -> None:
    found = {f"out/{name}": b"x" for name in ("a.csv", "a.tmp", "sub/b.csv", "sub/deep/c.csv")}
    patterns = Selection(SourceKind.PREFIX, include=("*.csv",), exclude=("sub/deep/",))
    send(world, found, patterns)
    world.run()
    assert set(arrived(world)) == {"out/a.csv", "out/sub/b.csv"}


def test_nothing_to_send_fails_and_says_so(world: World) -> None:
    world.buckets.put("outgoing", "elsewhere", b"x")
    transfer = send(world, {})
    world.run()
    assert fail_code(world.read(transfer)) == "nothing_selected"


def test_a_folder_that_is_missing_is_not_made_unless_allowed(world: World) -> None:
    transfer = send(world, objects(3), target_path="day")
    world.run()
    assert fail_code(world.read(transfer)) == "folder_missing"
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, create_folders=True))
    transfer = send(world, objects(3), target_path="day")
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    assert len([path for path in world.partner.files if path.startswith("/in/day/")]) == 3


def test_markers_become_folders(world: World) -> None:
    transfer = send(world, {"out/": b"", "out/empty/": b"", "out/full/a": b"x"})
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    assert {"/in/empty", "/in/full"} <= world.partner.folders
    assert set(world.partner.files) == {"/in/full/a"}
    assert counts(world, transfer) == FileCounts(done=2)


@pytest.mark.parametrize("if_exists", list(IfExists))
def test_what_exists_is_treated_as_wished_file_by_file(world: World, if_exists: IfExists) -> None:
    world.partner.files["/in/001.csv"] = bytearray(b"theirs")
    found = objects(4)
    transfer = send(world, found, if_exists=if_exists)
    world.run()
    files = arrived(world)
    if if_exists is IfExists.REPLACE:
        assert_all_arrived(world, transfer, found)
        return
    assert files.pop("out/001.csv") == b"theirs"
    if if_exists is IfExists.KEEP_BOTH:
        assert files.pop("out/001 (1).csv") == found["out/001.csv"]
        assert [each.path for each in seen(world, transfer)][1] == "001 (1).csv"
    else:
        [told] = seen(world, transfer, "failed")
        assert (told.path, told.code) == ("001.csv", "target_exists")
        assert fail_code(world.read(transfer)) == "some_files_failed"
    del found["out/001.csv"]
    assert files == found


def test_a_server_that_cannot_replace_in_one_step_steps_aside() -> None:
    world = World()
    world.partner.replaces_atomically = False
    world.register("plain")
    world.partner.files["/in/001.csv"] = bytearray(b"theirs")
    transfer = send(world, objects(3), if_exists=IfExists.REPLACE, destination_id="plain")
    world.run()
    assert_all_arrived(world, transfer, objects(3))


@pytest.mark.parametrize("found", [objects(5), LARGE])
def test_a_destination_for_direct_delivery_gets_no_part_files(found: dict[str, bytes]) -> None:
    world = direct_world()
    made: list[str] = []
    world.calls.observers.append(
        lambda name, arguments, _: (
            made.append(str(arguments[0])) if name == "partner.create_file" else None
        )
    )
    transfer = send(world, found)
    world.run()
    assert_all_arrived(world, transfer, found)
    assert set(made) == set(world.partner.files)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.delivery is Delivery.DIRECT


def test_what_a_page_held_is_free_at_once(world: World) -> None:
    """A worker lives for many pages and transfers. What refers to itself in a circle stays until
    Python looks for circles, which it seldom does."""
    send(world, objects(300))
    gc.collect()
    gc.disable()
    try:
        world.run()
        assert [each for each in gc.get_objects() if isinstance(each, PageMove)] == []
    finally:
        gc.enable()
