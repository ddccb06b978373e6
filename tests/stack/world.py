"""People of every kind, and things that belong to some of them, for the table of permissions."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.doubles import WEBHOOKS
from tests.servers.waiting import wait_for
from tests.stack.people import NOTHING, Person
from tests.stack.running import BUCKET, Running, as_destination

WHO = ("nobody", "garbage", "owner", "other", "operator", "auditor", "admin")
USERS = WHO[2:]
ROLES = {"owner": "user", "other": "user"}  # all others have the name of their role
GRANTED = "granted/"
STEERING = ("owner", "operator")
GRANTS: Mapping[str, Any] = {
    "sources": [{"bucket": BUCKET, "prefix": GRANTED}],
    "destinations": ["partner"],
}
CHANNELS = "/api/notify/channels"
OWNERS, SHARED = "of-the-owner", "of-a-team"  # channels
GARBAGE = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib3NzIn0.bm90LWEtc2lnbmF0dXJl"


@dataclass
class World:
    """Only `owner` has grants: for keys under `granted/`, and for the destination `partner`."""

    running: Running
    tokens: dict[str, str] = field(default_factory=dict)
    paused: str = ""
    failed: str = ""
    ticket_number: str = ""
    conversation: str = ""
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _spare: dict[str, Iterator[str]] = field(default_factory=dict)

    def token(self, who: str) -> str | None:
        return GARBAGE if who == "garbage" else self.tokens.get(who)

    def twin(self, who: str) -> Person:
        """Somebody with the same roles and grants, for one call that may end their sessions.
        For a caller who is nobody it is some user whom the call must not reach.
        """
        grants = GRANTS if who == "owner" else NOTHING
        role = ROLES.get(who, who) if who in USERS else "user"
        return self.running.people.create(self.name("twin"), role, grants=grants)

    def twin_token(self, who: str, twin: Person) -> str | None:
        return self.running.door.token(twin) if who in USERS else self.token(who)

    def name(self, what: str) -> str:
        """A name that is not in use."""
        return f"{what}-{next(self._numbers)}"

    def destination(self) -> str:
        """A destination for one call."""
        name = self.name("spare")
        register(self.running, name)
        return name

    def channel_wish(self, name: str, **wishes: Any) -> dict[str, Any]:  # noqa: ANN401
        rules = [{"stages": ["failed"]}]
        address = self.running.desk.receivers.hooks[WEBHOOKS]
        body = {"id": name, "name": name, "kind": "webhook", "address": address, "rules": rules}
        return body | wishes

    def channel(self, *, shared: bool, name: str = "") -> str:
        """A channel for one call, of a team or of the owner."""
        name = name or self.name("channel")
        who = "operator" if shared else "owner"
        self._ok("POST", CHANNELS, self.channel_wish(name, shared=shared), who)
        return name

    def find_ticket(self) -> None:
        """The owner's, about the transfer that is paused."""

        def found() -> bool:
            path = f"/api/transfer/{self.paused}/tickets"
            tickets = self.running.door.call("GET", path, self.tokens["owner"]).json()
            numbers = [each["number"] for each in tickets.get("tickets", ()) if each["number"]]
            self.ticket_number = next(iter(numbers), "")
            return bool(numbers)

        wait_for(found, "a ticket", 40)

    def open_conversation(self) -> None:
        """The owner's, in which nobody said anything."""
        path = "/api/agent/conversations"
        self.conversation = self.running.door.call("POST", path, self.tokens["owner"], {}).json()[
            "id"
        ]

    def transfer(self, status: str, who: str) -> str:
        """A transfer of the owner. Those who may steer it get a new one for each call."""
        if who in STEERING:
            return next(self._spare[status])
        return self.paused if status == "paused" else self.failed

    def make_transfers(self) -> None:
        """For each caller who may steer, two rows need a paused transfer and one row a failed one.

        They are made one after the other, so that one process of each function is enough.
        """
        failed = [self._failed() for _ in range(len(STEERING) + 1)]
        paused = [self._paused() for _ in range(2 * len(STEERING) + 1)]
        self.paused, self.failed = paused.pop(), failed.pop()
        self._spare = {"paused": iter(paused), "failed": iter(failed)}

    def _failed(self) -> str:
        path = f"/api/transfer/{(failing := self._start(target_path='nowhere/file'))}"
        wait_for(lambda: self._ok("GET", path)["status"] == "failed", "a failed transfer", 40)
        return failing

    def _paused(self) -> str:
        pausing = self._start()
        self._ok("POST", f"/api/transfer/{pausing}/pause")
        return pausing

    def end_transfers(self) -> None:
        """Ends the transfers that wait, so that they leave nothing at the partner."""
        door, token = self.running.door, self.tokens["operator"]
        history = door.call("GET", "/api/history?owner=*&limit=1000", token).json()
        for each in history["transfers"]:
            if each["status"] == "paused":
                assert door.call("POST", f"/api/transfer/{each['id']}/cancel", token).is_success
        wait_for(lambda: not self.running.part_files(), "an end of all part files", 40)

    def _start(self, **wishes: str) -> str:
        return str(self._ok("POST", "/api/transfer", wish() | wishes)["id"])

    def _ok(self, method: str, path: str, body: object = None, who: str = "owner") -> Any:  # noqa: ANN401
        answer = self.running.door.call(method, path, self.tokens[who], body)
        assert answer.is_success, answer.text
        return answer.json()


def wish(key: str = f"{GRANTED}file", destination: str = "partner") -> dict[str, Any]:
    source = {"bucket": BUCKET, "key": key}
    return {"source": source, "destination_id": destination, "if_exists": "keep_both"}


def register(running: Running, name: str) -> None:
    running.ferry.call("POST", "/api/destinations", as_destination(name, running.partner))


def create(running: Running) -> World:
    world = World(running)
    running.put(f"{GRANTED}file", b"content")
    for who in (*USERS, "visitor"):
        grants = GRANTS if who == "owner" else NOTHING
        role = ROLES.get(who, who) if who in USERS else "user"
        person = running.people.create(who, role, grants=grants)
        world.tokens[who] = running.door.token(person)
    register(running, "not-granted")
    world.channel(shared=False, name=OWNERS)
    world.channel(shared=True, name=SHARED)
    world.make_transfers()
    world.find_ticket()
    world.open_conversation()
    return world
