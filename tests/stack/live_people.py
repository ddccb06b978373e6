"""People who watch, and transfers of one of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from tests.servers.proxy import SlowLine
from tests.servers.waiting import wait_for
from tests.stack.people import EVERYTHING, Person
from tests.stack.running import BUCKET, CHUNK_BYTES, Running, as_destination

SECONDS = 120.0  # the machine may be busy with other things
SLOW_CHUNKS = 20  # take ten seconds on a slow line
LANE_RATE = 2 * CHUNK_BYTES / 2  # bytes a second of each of the two lanes
WHO = ("owner", "other", "operator", "auditor")
ROLES = {"owner": "user", "other": "user"}


@dataclass
class Audience:
    """`owner` and `other` are users who may send everything. All are new for each module."""

    running: Running
    people: dict[str, Person]
    tokens: dict[str, str]

    def call(self, who: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        answer = self.running.door.call(method, path, self.tokens[who], body)
        assert answer.is_success, answer.text
        return answer.json()

    def send(self, chunks: int = 1, *, key: str = "", **wishes: Any) -> str:  # noqa: ANN401
        """Begins a transfer of the owner's. Its target's name is new."""
        key = key or self.put(chunks)
        body = {
            "source": {"bucket": BUCKET, "key": key},
            "destination_id": "partner",
            "target_path": f"live-{token_hex(4)}.bin",
        }
        return str(self.call("owner", "POST", "/api/transfer", body | wishes)["id"])

    @contextmanager
    def slowly(self, chunks: int = SLOW_CHUNKS) -> Iterator[tuple[str, SlowLine]]:
        """A transfer of the owner's that moves slowly until its line is opened."""
        partner = self.running.partner
        with SlowLine(partner.port, LANE_RATE) as line:
            name = f"slow-{token_hex(4)}"
            wish = as_destination(name, partner, port=line.port)
            assert self.running.ferry.register(wish, partner.host_key)["status"] == "ok"
            yield self.send(chunks, destination_id=name), line
            line.open()

    def put(self, chunks: int) -> str:
        key = f"live-{chunks}-{token_hex(4)}.bin"
        self.running.put(key, os.urandom(chunks * CHUNK_BYTES))
        return key

    def state(self, transfer_id: str) -> Any:  # noqa: ANN401
        return self.call("owner", "GET", f"/api/transfer/{transfer_id}")

    def steer(self, transfer_id: str, wish: str) -> None:
        self.call("owner", "POST", f"/api/transfer/{transfer_id}/{wish}")

    def becomes(self, transfer_id: str, *status: str) -> Any:  # noqa: ANN401
        """The transfer as the REST API shows it."""

        def state() -> Any:  # noqa: ANN401
            view = self.state(transfer_id)
            return view if view["status"] in status else None

        return wait_for(state, f"{transfer_id} {' or '.join(status)}", SECONDS)


def audience_of(running: Running) -> Audience:
    people = {
        who: running.people.create(f"{who}-{token_hex(3)}", ROLES.get(who, who), grants=EVERYTHING)
        for who in WHO
    }
    tokens = {who: running.door.token(person) for who, person in people.items()}
    return Audience(running, people, tokens)
