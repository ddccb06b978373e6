"""What watchers are told of a transfer that is paused, cancelled, in trouble, or tried again."""

from collections.abc import Iterator
from secrets import token_hex

import pytest

from contracts.websocket.live_transfer import LiveTransfer
from infra.local.emulator import free_port
from tests.stack.live_people import Audience, audience_of
from tests.stack.running import Running, as_destination
from tests.stack.watching import Watcher, agrees, goes_forwards


@pytest.fixture(scope="module")
def audience(running: Running) -> Audience:
    return audience_of(running)


@pytest.fixture
def watcher(running: Running, audience: Audience) -> Iterator[Watcher]:
    with Watcher(running, audience.tokens["owner"]) as watcher:
        yield watcher


def statuses(states: list[LiveTransfer]) -> list[str]:
    """Each once in a row."""
    found = [each.status for each in states]
    return [now for before, now in zip([None, *found], found, strict=False) if now != before]


def in_order(wanted: list[str], found: list[str]) -> bool:
    rest = iter(found)
    return all(each in rest for each in wanted)


def test_pause_resume_and_cancel_are_told(audience: Audience, watcher: Watcher) -> None:
    with audience.slowly() as (moving, line):
        watcher.ask(moving)
        watcher.shows(moving, lambda now: now.status == "moving" and now.bytes_done)
        audience.steer(moving, "pause")
        paused = watcher.sees(moving, "paused")
        still = watcher.shows(moving, lambda now: now.status == "paused" and not now.lanes)
        assert (still.rate_bytes_per_second, still.eta) == (None, None)
        assert "m" not in (still.chunk_runs or "")
        audience.steer(moving, "resume")
        watcher.shows(
            moving,
            lambda now: now.status == "moving" and now.bytes_done > paused.bytes_done,
        )
        audience.steer(moving, "cancel")
        final = watcher.sees(moving, "cancelled")
        view = audience.becomes(moving, "cancelled")
        assert final.finished_at is not None
        assert (final.bytes_done or 0) < (final.size_bytes or 0)
        assert final.failure is None
        assert view["status"] == final.status
        line.open()
    assert in_order(["moving", "paused", "moving", "cancelled"], statuses(watcher.told[moving]))
    assert goes_forwards(watcher.told[moving])


def test_trouble_is_told_with_its_advice_and_next_try_and_then_the_failure_and_the_retry(
    running: Running, audience: Audience, watcher: Watcher
) -> None:
    """Nobody listens at the partner's port, until a retry."""
    port, name = free_port(), f"closed-{token_hex(4)}"
    partner = running.partner
    registered = as_destination(name, partner, port=port, host_keys=[partner.host_key])
    running.ferry.call("POST", "/api/destinations", registered)
    failing = audience.send(3, destination_id=name)
    watcher.ask(failing)
    trouble = watcher.shows(
        failing, lambda now: now.failure and now.failure.next_try_at and now.status != "failed"
    )
    assert trouble.failure is not None
    assert trouble.failure.code == "connection_refused"
    assert str(port) in trouble.failure.message
    assert trouble.failure.attempt is not None
    assert trouble.failure.attempts is not None
    failed = watcher.sees(failing, "failed")
    view = audience.becomes(failing, "failed")
    agrees(failed, view)
    assert failed.failure is not None
    assert failed.failure.message == view["failure"]["message"]
    assert failed.failure.next_try_at is None
    moved = {"port": partner.port, "host_keys": [partner.host_key], "password": partner.password}
    running.ferry.call("PATCH", f"/api/destinations/{name}", moved)
    audience.steer(failing, "retry")
    final = watcher.sees(failing, "completed")
    assert (failed.run, final.run) == (1, 2)
    assert final.failure is None
    agrees(final, audience.becomes(failing, "completed"))
    assert goes_forwards(watcher.told[failing])


def test_a_failure_that_was_there_before_is_told_at_once(
    audience: Audience, watcher: Watcher
) -> None:
    failed = audience.send(1, target_path=f"nowhere-{token_hex(4)}/file")
    view = audience.becomes(failed, "failed")
    with Watcher(audience.running, audience.tokens["auditor"]) as bystander:
        bystander.ask(failed)
        bystander.sees(failed, "failed")
    watcher.subscribe(failed)
    agrees(watcher.known[failed], view)
    failure = watcher.known[failed].failure
    assert failure is not None
    assert (failure.code, failure.message) == ("folder_missing", view["failure"]["message"])
