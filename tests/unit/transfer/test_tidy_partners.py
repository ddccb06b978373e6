"""What a transfer of many leaves at the partner is on record, and is removed as time allows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.transfer.domain.errors import PermissionDenied
from services.transfer.domain.file_outcomes import (
    MAX_TEXT_BYTES,
    FileOutcome,
    FileResult,
    outcomes_of,
    text_of,
    traces_of,
)
from services.transfer.domain.file_traces import Trace, TraceKind
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import SMALL_BYTES, ListedFile
from services.transfer.domain.status import Status
from services.transfer.domain_services.settle_files import path_below
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.lives import Killed
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    content,
    direct_world,
    fail_code,
    retried,
    sweep_all,
    turn_of,
)
from tests.unit.transfer.many import arrived, assert_all_arrived, objects, seen, send
from tests.unit.transfer.steps import sweep
from tests.unit.transfer.test_folder_failures import until_done

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def one_by_one(**habits: bool) -> World:
    """A partner where each request waits for its answer."""
    world = World()
    world.partner.pipelines = False
    for habit, value in habits.items():
        setattr(world.partner, habit, value)
    probe_destination("acme", ADMIN, ports=world.ports)
    return world


def test_the_old_file_gets_its_name_back_when_nobody_goes_on() -> None:
    world = one_by_one(replaces_atomically=False)
    world.partner.files["/in/001.csv"] = bytearray(b"theirs")
    transfer = send(world, objects(3), if_exists=IfExists.REPLACE)
    world.calls.kill("partner.rename", 3)  # between the two of 001.csv
    with pytest.raises(Killed):
        world.run()
    assert "/in/001.csv" not in world.partner.files
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    sweep(world, transfer, 8)
    assert bytes(world.partner.files["/in/001.csv"]) == b"theirs"
    assert [path for path in world.partner.files if "part" in path] == []


def test_an_old_file_that_cannot_be_removed_is_no_failure_and_stays_on_record() -> None:
    world = one_by_one(replaces_atomically=False, removes=False)
    world.partner.files["/in/001.csv"] = bytearray(b"theirs")
    transfer = send(world, objects(3), if_exists=IfExists.REPLACE)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    [left] = ended.left_behind
    assert left == f"/in/**/.*.{transfer.id}-1-*.part*"
    world.partner.removes = True
    world.pass_time(1_000)
    sweep_all(world)
    assert world.read(transfer).tidy
    assert arrived(world) == objects(3)


@pytest.mark.parametrize("size", [10, SMALL_BYTES + 10])
def test_a_part_file_whose_removal_is_refused_is_removed_later(size: int) -> None:
    world = one_by_one(removes=False)
    transfer = send(world, {"out/a.bin": content(size)})
    world.partner.fail_next(PermissionDenied("/in/a.bin", "write to"), "write")
    world.run()
    assert world.parts() != []
    world.partner.removes = True
    world.pass_time(1_000)
    sweep_all(world)
    assert world.parts() == []
    assert world.read(transfer).tidy


def test_tidying_takes_no_longer_than_its_time_and_goes_on_later() -> None:
    world = one_by_one()
    transfer = send(world, objects(40))
    world.calls.kill("sink.write", 38)
    with pytest.raises(Killed):
        world.run()
    [part] = world.parts()
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.pass_time(400)
    world.calls.cost["partner.remove"] = 5.0
    before = world.calls.counts["partner.remove"]
    sweep(world, transfer, 1)
    assert world.calls.counts["partner.remove"] - before <= 10
    assert world.parts() == [part]
    for _ in range(20):
        world.pass_time(100)
        sweep_all(world)
    assert world.parts() == []
    assert world.read(transfer).tidy


def test_a_file_for_one_handle_is_not_begun_at_the_end_of_a_turn() -> None:
    world, found = direct_world(), {f"out/{n}.bin": content(SMALL_BYTES + n + 1) for n in range(2)}
    policy = replace(world.policy, one_handle_bytes=2 * SMALL_BYTES, lanes_per_transfer=1)
    world.ports = replace(world.ports, policy=policy)
    world.calls.cost["sink.write"] = 60.0
    transfer = send(world, found)
    while world.workflow.advance():
        pass
    while world.queue.messages:
        world.drive_lane(remaining=turn_of(world, 480.0))
        while world.workflow.advance():
            pass
    assert_all_arrived(world, transfer, found)
    assert world.calls.counts["partner.create_file"] == len(found)


@pytest.mark.parametrize("size", [10, SMALL_BYTES + 10])
def test_a_partner_may_take_direct_files_away_at_once(size: int) -> None:
    world = direct_world()
    transfer = send(world, {"out/a.bin": content(size)})
    world.calls.before_each("partner.look", world.partner.files.clear)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure


def test_a_direct_file_does_not_go_where_a_link_leads() -> None:
    world = direct_world()
    world.partner.files["/in/000.csv"] = bytearray(b"theirs")
    world.partner.links.add("/in/000.csv")
    transfer = send(world, objects(1), if_exists=IfExists.REPLACE)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "target_not_a_file"
    assert bytes(world.partner.files["/in/000.csv"]) == b"theirs"


def test_a_large_file_that_differs_from_its_checksum_is_sent_once_more() -> None:
    world, found = World(), {"out/big.bin": content(SMALL_BYTES + 10)}
    transfer = send(world, found)
    flipped = world.calls.before("many.opened", lambda: world.buckets.flip_next_read(5))
    world.run()
    assert flipped()
    assert world.buckets.bytes_read >= 2 * len(found["out/big.bin"])
    assert_all_arrived(world, transfer, found)


def test_names_that_a_partner_takes_for_one_do_not_replace_each_other() -> None:
    world, found = World(), {"out/A.csv": b"one", "out/a.csv": b"two", "out/b.csv": b"three"}
    folding(world)
    transfer = send(world, found, if_exists=IfExists.REPLACE)
    world.run()
    assert fail_code(world.read(transfer)) == "some_files_failed"
    [told] = seen(world, transfer, "failed")
    assert (told.key, told.code) == ("out/a.csv", "name_shared")
    assert arrived(world) == {"out/A.csv": b"one", "out/b.csv": b"three"}


def test_names_that_a_partner_tells_apart_are_sent() -> None:
    world, found = World(), {"out/A.csv": b"one", "out/a.csv": b"two"}
    transfer = send(world, found, if_exists=IfExists.REPLACE)
    world.run()
    assert_all_arrived(world, transfer, found)


def folding(world: World) -> None:
    """From now on the partner's file system takes names for one that differ only in case."""
    world.partner.files = Folding(world.partner.files)


class Folding(dict[str, bytearray]):
    def _own(self, path: str) -> str:
        return next((each for each in self.keys() if each.lower() == path.lower()), path)

    def __contains__(self, path: object) -> bool:
        return super().__contains__(self._own(str(path)))

    def __getitem__(self, path: str) -> bytearray:
        return super().__getitem__(self._own(path))

    def __setitem__(self, path: str, body: bytearray) -> None:
        super().__setitem__(self._own(path), body)

    def get(self, path: str, default: object = None) -> bytearray:
        return super().get(self._own(path), default)  # type: ignore[arg-type]


def test_a_destination_that_leads_elsewhere_by_now_is_told_as_that() -> None:
    world = World()
    transfer = send(world, objects(3))
    world.calls.kill("quick.put", 2)
    with pytest.raises(Killed):
        world.run()
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, base_path="/other"))
    world.partner.folders.add("/other")
    assert until_done(world, transfer).status is Status.FAILED
    assert fail_code(world.read(transfer)) == "place_changed"
    assert retried(world, transfer).status is Status.COMPLETED
    assert {path for path in world.partner.files if path.startswith("/other/")} == {
        "/other/000.csv",
        "/other/001.csv",
        "/other/002.csv",
    }


def test_outcomes_of_earlier_versions_are_read_and_only_names_are_stored() -> None:
    old = '[[3,"done",5,"00000000000000ff","/in/sub/a (1).csv",1]]'
    file = ListedFile("out/sub/a.csv", "sub/a.csv", 5, "e", NOW)
    assert path_below(file, outcomes_of(old)[3]) == "sub/a (1).csv"
    assert outcomes_of(text_of(outcomes_of(old))) == outcomes_of(old)
    assert "/in/sub" not in text_of(outcomes_of(old))


def test_a_thousand_failures_fit_into_a_row() -> None:
    failed = {
        n: FileOutcome(FileResult.FAILED, code="x" * 20, message="語" * 400) for n in range(1_000)
    }
    text = text_of(failed, {Trace(0, TraceKind.PART, 2)})
    assert len(text.encode()) <= MAX_TEXT_BYTES
    assert len(outcomes_of(text)) == 1_000
    assert traces_of(text) == {Trace(0, TraceKind.PART, 2)}
