"""The people of the browser tests, and what they find."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from infra.local.emulator import free_port
from tests.servers.proxy import SlowLine
from tests.servers.waiting import wait_for
from tests.stack.people import EVERYTHING, Person
from tests.stack.running import BUCKET, CHUNK_BYTES, Running, as_destination

SECONDS = 120.0  # the machine may be busy with other things
LANE_RATE = CHUNK_BYTES  # bytes a second of each of the two lanes
SLOW_CHUNKS = 24  # take twelve seconds on a slow line
SHORT_CHUNKS = 12
SLOW, SHORT = "big/slow.bin", "big/short.bin"
NOWHERE = "no-such-folder/file"  # the partner's folders are not made: a transfer into one fails
GONE = "gone"  # a destination that nobody answers at


@dataclass
class World:
    """`boss` is the admin, `ada` sends files, `olga` operates and sends, `aud` only looks."""

    running: Running
    boss: Person
    ada: Person
    olga: Person
    aud: Person
    _tokens: dict[str, str]

    def call(self, who: Person, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        if who.name not in self._tokens:
            self._tokens[who.name] = self.running.door.token(who)
        answer = self.running.door.call(method, path, self._tokens[who.name], body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def send(self, who: Person, key: str, destination: str = "partner", **wishes: Any) -> str:  # noqa: ANN401
        """The id of a transfer that was begun by the API. Its target's name is new."""
        body = {
            "source": {"bucket": BUCKET, "key": key},
            "destination_id": destination,
            "target_path": f"{token_hex(4)}.bin",
        }
        return str(self.call(who, "POST", "/api/transfer", body | wishes)["id"])

    def state(self, transfer_id: str) -> Any:  # noqa: ANN401
        return self.call(self.olga, "GET", f"/api/transfer/{transfer_id}")

    def becomes(self, transfer_id: str, *status: str) -> Any:  # noqa: ANN401
        def state() -> Any:  # noqa: ANN401
            view = self.state(transfer_id)
            return view if view["status"] in status else None

        return wait_for(state, f"{transfer_id} {' or '.join(status)}", SECONDS)

    @contextmanager
    def slow_line(self, name: str = "", **wishes: Any) -> Iterator[tuple[str, SlowLine]]:  # noqa: ANN401
        """A destination behind a line that is slow until it is opened."""
        partner = self.running.partner
        with SlowLine(partner.port, LANE_RATE) as line:
            name = name or f"slow-{token_hex(3)}"
            wish = as_destination(name, partner, port=line.port, **wishes)
            tested = self.running.ferry.register(wish, partner.host_key)
            assert tested["status"] == "ok", tested
            yield name, line
            line.open()

    @contextmanager
    def moving(self, who: Person, key: str = SLOW) -> Iterator[tuple[str, SlowLine]]:
        """A transfer that moves slowly until its line is opened."""
        with self.slow_line() as (name, line):
            yield self.send(who, key, name), line


def build(running: Running) -> World:
    create = running.people.create
    for key, content in {
        "reports/2026/Q3.csv": b"quarter;sum\n3;1\n",
        "reports/2026/Q4.csv": b"quarter;sum\n4;2\n",
        "reports/notes.txt": b"Nothing to note.",
        "one.txt": b"1",
    }.items():
        running.put(key, content)
    running.put(SLOW, bytes(SLOW_CHUNKS * CHUNK_BYTES))
    running.put(SHORT, bytes(SHORT_CHUNKS * CHUNK_BYTES))
    gone = as_destination(GONE, running.partner, port=free_port())
    running.ferry.call(
        "POST", "/api/destinations", {**gone, "host_keys": [running.partner.host_key]}
    )
    world = World(
        running,
        running.people.admin,
        create("ada.lovelace", "user", grants=EVERYTHING),
        create("olga.operator", "operator", "user", grants=EVERYTHING),
        create("aud.itor", "auditor"),
        {},
    )
    world.becomes(world.send(world.ada, "one.txt"), "completed")  # the first one takes the longest
    return world
