"""A list of keys as one transfer."""

import json

import pytest

from kernel.caller import Caller, Role, SourceGrant
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.retry_transfer import retry_transfer
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.callers import ANN, EVERYWHERE, a_caller
from tests.fakes.world import World
from tests.unit.transfer.driving import fail_code
from tests.unit.transfer.many import counts, seen

MANIFEST = ObjectRef("outgoing", "lists/today.txt")


def send_listed(
    world: World, text: bytes, found: tuple[str, ...] = (), caller: Caller = ANN
) -> Transfer:
    for key in found:
        world.buckets.put("outgoing", key, key.encode())
    world.buckets.put("outgoing", MANIFEST.key, text)
    wish = world.wish(source=MANIFEST, selection=Selection(SourceKind.MANIFEST))
    transfer = request_transfer(wish, caller, None, ports=world.ports)
    start_workflow(transfer.id, transfer.run, ports=world.ports)
    world.run()
    return world.read(transfer)


@pytest.mark.parametrize(
    "text",
    [
        b"a/1.csv\nb/2.csv\n",
        b"\xef\xbb\xbfa/1.csv\r\n\r\nb/2.csv",
        b"\n".join(json.dumps({"key": key}).encode() for key in ("a/1.csv", "b/2.csv", "a/1.csv")),
    ],
)
def test_the_listed_objects_arrive_under_their_whole_keys(text: bytes) -> None:
    world = World()
    ended = send_listed(world, text, ("a/1.csv", "b/2.csv", "c"))
    assert ended.status is Status.COMPLETED, ended.failure
    assert {path: bytes(body) for path, body in world.partner.files.items()} == {
        "/in/a/1.csv": b"a/1.csv", "/in/b/2.csv": b"b/2.csv"
    }  # fmt: skip


def test_what_is_missing_or_not_granted_fails_alone() -> None:
    world = World()
    grants = (SourceGrant("outgoing", "a/"), SourceGrant("outgoing", "lists/"))
    caller = a_caller("ann", Role.USER, sources=grants, destinations=EVERYWHERE)
    ended = send_listed(world, b"a/1\na/none\nsecret/2", ("a/1", "secret/2"), caller)
    assert counts(world, ended) == FileCounts(done=1, failed=2)
    told = {each.key: each.code for each in seen(world, ended, "failed")}
    assert told == {"a/none": "object_not_found", "secret/2": "source_not_granted"}
    assert set(world.partner.files) == {"/in/a/1"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"a\n" + b"k" * 1_025, "line 2 holds no key"),
        (b'{"key": 5}', "line 1 holds no key"),
        (b'{"other": "a"}', "line 1 holds no key"),
        (b'{"key": "\\ud800"}', "line 1 holds no key"),
        (b"{broken", "line 1 holds no key"),
        (b"a\xff", "byte 1 is not UTF-8"),
    ],
)
def test_a_manifest_that_cannot_be_read_says_where(text: bytes, told: str) -> None:
    ended = send_listed(World(), text)
    assert fail_code(ended) == "manifest_invalid"
    assert ended.failure is not None
    assert told in ended.failure.message


def test_an_empty_manifest_sends_nothing_and_says_so() -> None:
    assert fail_code(send_listed(World(), b"\n\n")) == "nothing_selected"


def test_a_retry_sends_nothing_whose_grant_was_taken_away_since() -> None:
    world = World()
    world.partner.folders |= {"/in/a", "/in/a/1"}
    both = (SourceGrant("outgoing", "a/"), SourceGrant("outgoing", "lists/"))
    caller = a_caller("ann", Role.USER, sources=both, destinations=EVERYWHERE)
    ended = send_listed(world, b"a/1\na/2", ("a/1", "a/2"), caller)
    assert [each.code for each in seen(world, ended, "failed")] == ["target_not_a_file"]
    world.partner.folders.discard("/in/a/1")
    less = a_caller("ann", Role.USER, sources=both[1:], destinations=EVERYWHERE)
    again = retry_transfer(ended.id, less, ports=world.ports)
    start_workflow(again.id, again.run, ports=world.ports)
    world.run()
    told = {each.key: each.code for each in seen(world, ended, "failed")}
    assert told == {"a/1": "source_not_granted"}
    assert set(world.partner.files) == {"/in/a/2"}
