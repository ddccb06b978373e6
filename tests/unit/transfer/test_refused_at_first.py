"""What was refused when the files were listed is looked at again by a retry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.caller import Role, SourceGrant
from services.transfer.domain.errors import ObjectArchived, RequestError, RetryTooLate
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import KEPT, SMALL_BYTES
from services.transfer.domain.status import Status
from services.transfer.use_cases.retry_transfer import OLDEST_PART
from tests.fakes.callers import EVERYWHERE, a_caller
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, content, retried, retry, sweep_all
from tests.unit.transfer.many import arrived, assert_all_arrived, counts, objects, seen, send
from tests.unit.transfer.test_manifests import send_listed


def archive(world: World, key: str) -> None:
    def archived() -> None:
        raise ObjectArchived("outgoing", key)

    world.buckets.refusing[key] = archived


@pytest.mark.parametrize("size", [5, SMALL_BYTES + 5])
def test_an_object_that_was_restored_since_is_sent(size: int) -> None:
    world, body = World(), content(size)
    world.buckets.put("outgoing", "a/cold", body)
    archive(world, "a/cold")
    ended = send_listed(world, b"a/1\na/cold\na/2", ("a/1", "a/2"))
    assert {each.key: each.code for each in seen(world, ended, "failed")} == {
        "a/cold": "object_archived"
    }
    world.buckets.refusing.clear()
    again = retried(world, ended)
    assert again.status is Status.COMPLETED, again.failure
    assert bytes(world.partner.files["/in/a/cold"]) == body
    assert counts(world, again) == FileCounts(done=3)
    assert {each.size_bytes for each in seen(world, again)} == {3, size}


def test_what_is_there_or_granted_since_is_sent_and_nothing_else() -> None:
    world = World()
    less = (SourceGrant("outgoing", "a/"), SourceGrant("outgoing", "lists/"))
    caller = a_caller("ann", Role.USER, sources=less, destinations=EVERYWHERE)
    text = b"a/1\na/late\nb/2\nc/3\nb/../../up"
    ended = send_listed(world, text, ("a/1", "b/2", "c/3", "b/../../up"), caller)
    assert counts(world, ended) == FileCounts(done=1, failed=4)
    world.buckets.put("outgoing", "a/late", b"late")
    more = (*less, SourceGrant("outgoing", "b/"))
    granted = a_caller("ann", Role.USER, sources=more, destinations=EVERYWHERE)
    retry(world, ended, granted)
    world.run()
    told = {each.key: each.code for each in seen(world, ended, "failed")}
    assert told == {"c/3": "source_not_granted", "b/../../up": "path_outside_base"}
    assert set(world.partner.files) == {"/in/a/1", "/in/a/late", "/in/b/2"}


def test_an_object_that_nobody_saw_and_that_is_long_is_told_so() -> None:
    world = World()
    ended = send_listed(world, b"a/1\na/late", ("a/1",))
    world.buckets.put("outgoing", "a/late", content(SMALL_BYTES + 1))
    retried(world, ended)
    [told] = seen(world, ended, "failed")
    assert (told.key, told.code) == ("a/late", "object_grew")


def test_many_files_are_not_retried_when_nobody_knows_any_more_what_is_delivered() -> None:
    world = World()
    world.partner.folders.add("/in/003.csv")
    ended = send(world, objects(5))
    world.run()
    world.pass_time((OLDEST_PART + timedelta(days=1)).total_seconds())
    with pytest.raises(RetryTooLate, match="listed its files on 2026-11-01"):
        retried(world, ended)
    assert world.read(ended).status is Status.FAILED


def test_where_files_are_replaced_a_late_retry_lists_and_sends_them_anew() -> None:
    world, found = World(), objects(300)
    transfer = send(world, found, if_exists=IfExists.REPLACE)
    refused = world.calls.refuse("quick.put", broken, after=270)  # its second page stays begun
    world.run()
    assert world.read(transfer).status is Status.FAILED
    world.pass_time((OLDEST_PART + timedelta(days=1)).total_seconds())
    refused.end()
    few = {key: found.pop(key) for key in list(found)[:3]}
    world.buckets.objects_by_bucket["outgoing"].clear()
    for key, body in few.items():
        world.buckets.put("outgoing", key, body)
    again = retried(world, transfer)
    assert again.status is Status.COMPLETED, again.failure
    assert counts(world, again) == FileCounts(done=3)
    sweep_all(world)
    assert world.parts() == []


def test_files_of_long_ago_are_forgotten_and_that_is_said() -> None:
    world = World()
    transfer = send(world, objects(3))
    world.run()
    assert_all_arrived(world, transfer, objects(3))
    world.pass_time((KEPT + timedelta(days=1)).total_seconds())
    with pytest.raises(RequestError, match="kept for 120 days") as told:
        seen(world, transfer)
    assert told.value.code == "files_forgotten"


def test_another_base_path_is_judged_anew() -> None:
    world, found = World(), objects(2)
    long = f"out/{'/'.join(['f' * 200] * 18)}/x"
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, base_path="/in" + "/d" * 150))
    world.partner.folders.add("/in" + "/d" * 150)
    transfer = send(world, found | {long: b"x"})
    world.run()
    assert [each.code for each in seen(world, transfer, "failed")] == ["name_invalid"]
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, base_path="/in"))
    again = retried(world, transfer)
    assert again.status is Status.COMPLETED, again.failure
    assert long in arrived(world)
