"""Tickets and messages of the whole system, with receivers that fail and services that stop."""

import base64
import hashlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.doubles import MAILS, SERVICENOW, SLACK, TEAMS, WEBHOOKS
from infra.local.ferry import Ferry
from tests.servers.waiting import wait_for
from tests.stack.people import EVERYTHING
from tests.stack.running import BUCKET, Running
from tests.stack.services import only

SECONDS = 120.0
RESOLVED, IN_PROGRESS = "6", ("1", "2")
ONE_EACH = {TEAMS: 1, SLACK: 1, WEBHOOKS: 1, MAILS: 1}
KEY, BURST_KEY = "desk/report.csv", "desk/during-a-burst.csv"
DURING_DEPLOYMENT, WHILE_ALONE = 6, 2  # transfers
FAILURES = {SERVICENOW: 2, TEAMS: 1, SLACK: 1, WEBHOOKS: 1}  # two close ServiceNow's gate
FAILING = {"kind": "status", "status": 503, "containing": "during-a-burst"}


@dataclass
class Owner:
    """Somebody who is told in every way."""

    running: Running
    ferry: Ferry

    def send(self, label: str, key: str = KEY, **wishes: Any) -> str:  # noqa: ANN401
        wishes = {"if_exists": "keep_both", "label": label, **wishes}
        return self.ferry.send(BUCKET, key, "partner", **wishes)

    def make_channels(self) -> None:
        hooks = self.running.desk.receivers.hooks
        rules = [{"stages": ["completed", "failed"]}]
        for kind, name in (("teams", TEAMS), ("slack", SLACK), ("webhook", WEBHOOKS)):
            body = {"id": f"desk-{kind}", "kind": kind, "name": kind, "rules": rules}
            made = self.ferry.call("POST", "/api/notify/channels", body | {"address": hooks[name]})
        secret = {"secret": made["signing_secret"]}
        self.running.desk.double(WEBHOOKS).control("POST", "receiver", secret)
        # Failures come by the channel for mails that everybody with an address has.
        rules = [{"stages": ["completed"]}]
        mail = {"id": "desk-mail", "kind": "email", "name": "mail", "rules": rules}
        path = "/api/notify/channels"
        token = self.ferry.access_token
        door = self.running.door
        wait_for(lambda: door.call("POST", path, token, mail).is_success, "an e-mail address", 20)


@pytest.fixture(scope="module")
def owner(running: Running) -> Iterator[Owner]:
    person = running.people.create("told", grants=EVERYTHING, email="told@desk.example")
    ferry = Ferry(running.stack.api_url, person.name, person.password, every=0.2)
    for key in (KEY, BURST_KEY):
        running.put(key, b"1;2;3\n")
    owner = Owner(running, ferry)
    owner.make_channels()
    with sweeping(running):
        yield owner
    ferry.close()


@contextmanager
def sweeping(running: Running) -> Iterator[None]:
    """Does each second what the schedule does each minute."""
    over = threading.Event()

    def sweep() -> None:
        while not over.wait(1.0):
            running.sweep_desk()

    with ThreadPoolExecutor(1) as pool:
        swept = pool.submit(sweep)
        try:
            yield
        finally:
            over.set()
            swept.result()


@dataclass(frozen=True)
class Sent:
    """Ids of transfers that went on side by side."""

    done: str
    failed: str
    paused: str
    burst: str


@pytest.fixture(scope="module")
def sent(owner: Owner) -> Sent:
    """All receivers fail for a while when they hear of the one during the burst."""
    for name, count in FAILURES.items():
        owner.running.desk.double(name).order({**FAILING, "count": count})
    paused = owner.send("desk-paused")
    owner.ferry.call("POST", f"/api/transfer/{paused}/pause")
    made = Sent(
        done=owner.send("desk-done"),
        failed=owner.send("desk-failed", target_path="nowhere/report.csv"),
        paused=paused,
        burst=owner.send("desk-burst", key=BURST_KEY),
    )
    wait_for(lambda: owner.ferry.state(paused)["status"] == "paused", "a pause", SECONDS)
    owner.ferry.call("POST", f"/api/transfer/{paused}/resume")
    return made


def fingerprint(host_key: str) -> str:
    """As `ssh-keygen -l` shows it."""
    digest = hashlib.sha256(base64.b64decode(host_key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def ticket(running: Running, transfer_id: str, kind: str) -> Any:  # noqa: ANN401
    """The only one. Fails when there are two."""
    found = running.desk.tickets(transfer_id)[kind]
    assert len(found) <= 1, found
    return found[0] if found else None


def has_state(running: Running, transfer_id: str, *states: str) -> bool:
    return all(
        (record := ticket(running, transfer_id, kind)) is not None and record["state"] in states
        for kind in ("user", "audit")
    )


def wait_resolved(running: Running, transfer_ids: Sequence[str]) -> None:
    def resolved() -> bool:
        return all(has_state(running, each, RESOLVED) for each in transfer_ids)

    wait_for(resolved, f"resolved tickets of {transfer_ids}", SECONDS)


def wait_told(running: Running, *labels: str) -> None:
    """Until each receiver was told once of each; nobody is told twice."""

    def told() -> bool:
        counts = running.desk.messages(labels)
        assert all(count <= 1 for each in counts for count in each.values()), counts
        return all(each == ONE_EACH for each in counts)

    wait_for(told, f"messages about {labels}", SECONDS)


def test_a_transfer_that_completes_resolves_both_tickets_and_tells_everybody_once(
    running: Running, sent: Sent, owner: Owner
) -> None:
    wait_resolved(running, [sent.done])
    wait_told(running, "desk-done")
    receipt = owner.ferry.state(sent.done)["receipt"]
    assert receipt["crc64nvme"] in ticket(running, sent.done, "user")["close_notes"]
    assert receipt["crc64nvme"] in ticket(running, sent.done, "audit")["close_notes"]
    assert fingerprint(running.partner.host_key) in str(ticket(running, sent.done, "audit"))
    for name in (TEAMS, SLACK):
        [message] = running.desk.told_of("desk-done", name)
        assert (message["posted"], message["problems"]) == (True, [])
        assert "report.csv" in message["text"]
    [mail] = running.desk.mails_of("desk-done")
    assert mail.recipients == ("told@desk.example",)
    assert "report.csv" in mail.subject
    assert "desk-done" in mail.html
    [webhook] = running.desk.told_of("desk-done", WEBHOOKS)
    assert (webhook["verified"], webhook["problems"]) == (True, [])
    assert webhook["event"]["subject"] == sent.done


def test_one_that_fails_leaves_its_tickets_open_with_the_reason_and_tells_it(
    running: Running, sent: Sent, owner: Owner
) -> None:
    failure = owner.ferry.wait(sent.failed, SECONDS)["failure"]

    def told() -> bool:
        return all(
            failure["code"] in str(ticket(running, sent.failed, kind)) for kind in ("user", "audit")
        )

    wait_for(told, "the reason in both tickets", SECONDS)
    assert has_state(running, sent.failed, *IN_PROGRESS)
    wait_told(running, "desk-failed")
    for name in (TEAMS, SLACK):
        [message] = running.desk.told_of("desk-failed", name)
        assert failure["message"][:40] in message["text"]


def test_a_pause_is_told_in_the_same_tickets(running: Running, sent: Sent) -> None:
    wait_resolved(running, [sent.paused])
    wait_told(running, "desk-paused")
    assert "paused" in str(ticket(running, sent.paused, "audit")).lower()


def test_no_event_is_lost_while_both_services_are_deployed_and_rolled_back(
    running: Running, owner: Owner
) -> None:
    labels = [f"desk-deployment-{number}" for number in range(DURING_DEPLOYMENT)]
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(lambda: [owner.send(label) for label in labels])
        with (
            running.deployed("ticketing", {"NoteMinutes": "1"}),
            running.deployed("notify", {"StalledMinutes": "1"}),
        ):
            transfer_ids = sending.result()
    wait_resolved(running, transfer_ids)
    wait_told(running, *labels)


def test_receivers_that_fail_for_a_while_are_told_once_when_they_are_well(
    running: Running, sent: Sent
) -> None:
    wait_resolved(running, [sent.burst])
    wait_told(running, "desk-burst")
    for name, count in FAILURES.items():
        asked = running.desk.double(name).requests()
        assert sum(each["fault"] == "status" for each in asked) == count, name


def test_each_service_works_off_its_queue_while_all_others_stand_still(
    running: Running, owner: Owner
) -> None:
    labels = [f"desk-alone-{number}" for number in range(WHILE_ALONE)]
    with only(running, "auth", "transfer", "progress"):
        transfer_ids = [owner.send(label) for label in labels]
        for each in transfer_ids:
            assert owner.ferry.wait(each, SECONDS)["status"] == "completed"
        assert [ticket(running, each, "user") for each in transfer_ids] == [None] * WHILE_ALONE
    with only(running, "ticketing"):
        wait_resolved(running, transfer_ids)
        assert running.desk.messages(labels) == [dict.fromkeys(ONE_EACH, 0)] * WHILE_ALONE
    with only(running, "notify"):
        wait_told(running, *labels)
