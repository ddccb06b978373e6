"""Whoever lost the connection is right again at once, whatever happened to the service."""

import time
from collections.abc import Iterator

import pytest

from cli.live.known import Known
from contracts.websocket.live_transfer import LiveTransfer
from contracts.websocket.server_messages import Delta
from tests.stack.live_people import Audience, audience_of
from tests.stack.running import Running
from tests.stack.watching import ENDED, Watcher, agrees, goes_forwards

RIGHT_WITHIN = 2.0  # seconds of coming back
TRIES = 5  # one of them has to be in time: the machine may be busy with other things
TABLE = "fileferry-local-progress"


@pytest.fixture(scope="module")
def audience(running: Running) -> Audience:
    return audience_of(running)


@pytest.fixture
def bystander(running: Running, audience: Audience) -> Iterator[Watcher]:
    """Somebody whose connection stays open."""
    with Watcher(running, audience.tokens["auditor"]) as watcher:
        yield watcher


def moved(watcher: Watcher, transfer_id: str) -> LiveTransfer:
    """Waits until a part of it was moved."""
    return watcher.shows(transfer_id, lambda known: known.bytes_done)


def cut_off(audience: Audience, transfer_id: str) -> Known:
    """What somebody knows who watched for a while, and whose connection is then cut by force."""
    with Watcher(audience.running, audience.tokens["owner"]) as watcher:
        watcher.ask(transfer_id)
        assert moved(watcher, transfer_id).status not in ENDED
        watcher.cut()
    assert transfer_id in watcher.known
    return watcher.known


def copy_of(known: Known) -> Known:
    copy = Known()
    vars(copy)["_transfers"] = dict(vars(known)["_transfers"])
    return copy


def comes_back(audience: Audience, known: Known, transfer_id: str, at_least: LiveTransfer) -> Known:
    """Tells what is known after the answer to a client that was away. It is told what it missed and
    no more, and in time."""
    before = known[transfer_id].seq
    assert before < at_least.seq
    seconds = []
    for _ in range(TRIES):
        began = time.monotonic()
        with Watcher(audience.running, audience.tokens["owner"], copy_of(known)) as watcher:
            answer = watcher.subscribe(transfer_id)
            seconds.append(time.monotonic() - began)
        first = answer[0]
        assert isinstance(first, Delta), answer
        assert first.recovered
        assert [(each.transfer_id, each.base) for each in first.changes] == [(transfer_id, before)]
        now = watcher.known[transfer_id]
        assert (now.epoch, now.seq) >= (at_least.epoch, at_least.seq)
        if seconds[-1] <= RIGHT_WITHIN:
            return watcher.known
    raise AssertionError(f"right after {seconds} s")


def test_a_client_that_was_cut_off_is_told_what_it_missed(
    audience: Audience, bystander: Watcher
) -> None:
    with audience.slowly() as (moving, line):
        bystander.ask(moving)
        known = cut_off(audience, moving)
        more = bystander.shows(moving, lambda now: now.seq > known[moving].seq)
        known = comes_back(audience, known, moving, more)
        line.open()
        final = bystander.sees(moving, "completed")
    known = comes_back(audience, known, moving, final)
    assert known[moving] == final
    agrees(final, audience.state(moving))
    assert goes_forwards(bystander.told[moving])


def test_a_client_is_right_that_was_away_while_the_service_was_deployed_and_killed(
    running: Running, audience: Audience, bystander: Watcher
) -> None:
    """How long it was away plays no part: its position says all."""
    with audience.slowly() as (moving, line):
        bystander.ask(moving)
        known = cut_off(audience, moving)
        with running.deployed("progress", {"LogLevel": "INFO"}):
            assert running.stack.kill_worker_processes("progress")
            line.open()
            final = bystander.sees(moving, "completed")
            known = comes_back(audience, known, moving, final)
    assert known[moving] == final
    agrees(final, audience.state(moving))


def forget_everything(running: Running, *kinds: str) -> None:
    """Deletes rows of the table, all or those whose sort key begins with one of `kinds`."""
    client = running.stack.client("dynamodb")
    rows = client.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
    for page in rows:
        for row in page["Items"]:
            key = {name: row[name] for name in ("pk", "sk")}
            if not kinds or key["sk"]["S"].startswith(kinds):
                client.delete_item(TableName=TABLE, Key=key)


def test_a_service_that_forgot_all_transfers_becomes_right_by_itself(
    running: Running, audience: Audience, bystander: Watcher
) -> None:
    """A connected client gets a new epoch, too. It does nothing for that."""
    with audience.slowly() as (moving, line):
        bystander.ask(moving)
        before = moved(bystander, moving)
        known = cut_off(audience, moving)
        forget_everything(running, "STATE")
        bystander.shows(moving, lambda now: now.epoch != before.epoch)
        line.open()
        final = bystander.sees(moving, "completed")
    agrees(final, audience.state(moving))
    with Watcher(running, audience.tokens["owner"], known) as watcher:
        watcher.subscribe(moving)
        assert watcher.known[moving] == final
    assert watcher.messages[0].type == "snapshot"


def test_a_service_that_forgot_everything_sends_its_clients_away_and_becomes_right(
    running: Running, audience: Audience, bystander: Watcher
) -> None:
    with audience.slowly() as (moving, line):
        bystander.ask(moving)
        before = moved(bystander, moving)
        forget_everything(running)
        bystander.send({"action": "ping"})  # all that a client says that only listens
        assert bystander.is_ended() == ["connection_over"]
        with Watcher(running, audience.tokens["owner"], bystander.known) as watcher:
            watcher.ask(moving)
            watcher.sees(moving, "moving")
            line.open()
            final = watcher.sees(moving, "completed")
    assert final.epoch != before.epoch
    agrees(final, audience.state(moving))
