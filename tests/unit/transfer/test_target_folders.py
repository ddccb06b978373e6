"""Folders of the target that are no folders, and the base folder, which is never made."""

from dataclasses import replace

import pytest

from services.transfer.domain.status import Status
from tests.fakes.world import World
from tests.unit.transfer.driving import fail_code


@pytest.mark.parametrize("create_folders", [True, False])
@pytest.mark.parametrize("name", ["2026", "2026/november"])
def test_it_is_told_at_once_and_left_alone(name: str, create_folders: bool) -> None:
    world = World()
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, create_folders=create_folders))
    if "/" in name:
        world.partner.folders.add("/in/2026")
    world.partner.files[f"/in/{name}"] = bytearray(b"theirs")
    transfer = world.request(b"x", target_path="2026/november/day.csv")
    world.run()
    failed = world.read(transfer)
    assert (failed.status, fail_code(failed)) == (Status.FAILED, "not_a_folder")
    assert f"'/in/{name}' is a file" in str(failed.failure)
    assert world.calls.counts["partner.connect"] == 2  # with the test before
    assert world.partner.files == {f"/in/{name}": b"theirs"}


@pytest.mark.parametrize("base_path", ["/elsewhere", "/elsewhere/"])
@pytest.mark.parametrize("target", ["day.csv", "2026/day.csv"])
def test_the_base_folder_itself_is_never_made(target: str, base_path: str) -> None:
    world = World()
    known = world.ports.destinations.read("acme")
    moved = replace(known, base_path=base_path, create_folders=True)
    world.ports.destinations.save(moved)
    transfer = world.request(b"x", target_path=target)
    world.run()
    transfer = world.read(transfer)
    assert (transfer.status, fail_code(transfer)) == (Status.FAILED, "folder_missing")
    assert world.partner.folders == {"/", "/in"}
