"""A partner that never acknowledges anything keeps nobody else's transfers waiting."""

import os
import time
from pathlib import Path
from typing import Any

from infra.stacks import find_stack
from services.transfer.settings import DESTINATION_SHARE
from tests.doubles.silent_sftp import SilentPartner, silent_partner
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, Running, as_destination

TRANSFERS = 12
SESSIONS = 10
FIRST_LANES = 2  # of a partner nearby; where nothing moves, no further one helps
BYTES = 3_000_000
PATIENCE_SECONDS = (
    120  # with the silent partner; all that follows takes half of it on a busy machine
)
SECONDS = 120.0


def workers() -> int:
    """Of all lanes, on the local stack."""
    return int(find_stack("transfer").declared_parameters()["LaneConcurrency"]["Default"])


def registered(running: Running, server: SilentPartner) -> None:
    silent: Any = server
    wish = as_destination("silent", silent, max_sessions=SESSIONS)
    assert running.ferry.register(wish, str(server.host_key))["status"] == "ok"


def delivered(running: Running, name: str) -> None:
    """Somebody else's transfer comes to its end."""
    body = running.put(name, os.urandom(BYTES))
    ended = running.ferry.wait(running.ferry.send(BUCKET, name, "partner"), SECONDS)
    assert ended["status"] == "completed", ended
    assert running.arrived(name) == body


def lanes(running: Running, sent: list[str]) -> list[Any]:
    return [lane for each in sent for lane in running.ferry.state(each)["lanes"]]


def test_others_are_served_while_a_partner_is_silent_and_when_its_transfers_are_cancelled(
    running: Running, tmp_path: Path
) -> None:
    """Some of its share of the workers wait in vain all the while. So whatever ends before the
    first of them gives up was not kept waiting by it."""
    patience = {"PartnerTimeoutSeconds": str(PATIENCE_SECONDS)}
    with (
        silent_partner(tmp_path / "silent", os.urandom(12).hex()) as server,
        running.deployed("transfer", patience),
    ):
        registered(running, server)
        delivered(running, "before-the-silence.bin")
        server.sessions.silent = True
        running.put("silent.bin", os.urandom(BYTES))
        share = workers() // DESTINATION_SHARE
        sent = [
            running.ferry.send(BUCKET, "silent.bin", "silent", target_path=f"{number}.bin")
            for number in range(TRANSFERS)
        ]
        assert share > FIRST_LANES
        wait_for(lambda: len(server.sessions.waiting) == FIRST_LANES, "lanes in vain", SECONDS)
        delivered(running, "beside-the-silence.bin")
        assert [lane for lane in lanes(running, sent) if lane["failures"]] == []
        assert len(server.sessions.waiting) == FIRST_LANES
        begun = time.monotonic()
        for each in sent:
            running.ferry.call("POST", f"/api/transfer/{each}/cancel")
        delivered(running, "after-the-cancels.bin")
        wait_for(lambda: not server.sessions.waiting, "an end of all sessions", SECONDS)
        assert time.monotonic() - begun < PATIENCE_SECONDS
        assert server.sessions.most_waiting <= share
        for each in sent:
            assert running.ferry.wait(each, SECONDS)["status"] == "cancelled"
