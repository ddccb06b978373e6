"""FileFerry's REST API and WebSocket API on loopback, for clients that watch: with modes that do
what networks, proxies and services do to connections."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import Enum
from http import HTTPStatus
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from contracts.websocket.client_messages import Ping, Subscribe, Unsubscribe
from contracts.websocket.server_messages import (
    Answer,
    Delta,
    Error,
    Gone,
    Pong,
    ServerMessage,
    Snapshot,
)
from tests.doubles.live_rest import served_rest
from tests.doubles.live_state import LiveState

LARGE = 200_000  # bytes of a frame that nobody expects


class Mode(Enum):
    BLOCKED = "the upgrade is answered with 403"
    BAD_REQUEST = "the upgrade is answered with 400"
    TICKETS_REFUSED = "the upgrade is answered with 401"
    DEAF = "connections open, and nothing is ever said"
    FALLS_SILENT = "what is asked first is answered, and nothing after it"
    CUT = "the first connections are cut by force after their first message"
    CLOSED = "the first connections are closed with `close_code` after their first message"
    GARBAGE = "what cannot be understood comes before each message"
    LARGE_FRAMES = "messages have 200 KB"
    TOO_LARGE = "messages have more than any client should take"
    DISORDERED = "deltas come doubled, and the older ones again after the newer ones"
    LOSES_DELTAS = "every second delta is lost"
    REFUSES_MANY = "a subscription is answered with an error for a while"
    REFUSES_ALL = "scope all is answered with an error"
    REST_HANGS = "the REST API takes calls and never answers"
    REST_DOWN = "the REST API answers 503"
    SESSION_OVER = "the REST API answers 401"


class LiveServer:
    """`states` are the transfers by id. `counts` has what clients did, and `asked` for what."""

    def __init__(self, *modes: Mode, close_code: int = 1012, bad_connections: int = 2) -> None:
        self.modes = set(modes)
        self.close_code, self.bad_connections = close_code, bad_connections
        self.states: dict[str, LiveState] = {}
        self.rest_states: dict[str, LiveState] = {}  # where the REST API knows something newer
        self.hidden: set[str] = set()  # what the stream does not know, although it exists
        self.counts: Counter[str] = Counter()
        self.asked: list[Subscribe] = []
        self.routes: dict[str, Callable[[Any], tuple[int, Any]]] = {}  # of the REST API, more
        self.lock = threading.RLock()
        self.url = self.socket_url = ""
        self._watching: dict[ServerConnection, Subscribe] = {}
        self._old: dict[str, str] = {}

    def add(self, state: LiveState) -> LiveState:
        self.states[state.now.transfer_id] = state
        return state

    # --- what happens in the world ---------------------------------------------------------------

    def tell(self, state: LiveState, base: int | None = None) -> None:
        """A delta of what is now, to all who watch."""
        with self.lock:
            self.counts["deltas"] += 1
            if Mode.LOSES_DELTAS in self.modes and self.counts["deltas"] % 2:
                return
            change = state.delta(state.now.seq - 1 if base is None else base)
            message = Delta(sent_at=now(state), changes=(change,))
            for connection, asked in list(self._watching.items()):
                if asked.scope or state.now.transfer_id in (asked.transfers or ()):
                    self._say_delta(connection, message)

    def say_piece(self, piece: Answer) -> None:
        """To all who watch its conversation."""
        with self.lock:
            for connection, asked in list(self._watching.items()):
                if asked.conversation == piece.conversation_id:
                    self._say(connection, piece)

    def cut(self) -> None:
        """Every connection, without a goodbye."""
        with self.lock:
            for connection in list(self._watching):
                _cut(connection)

    # --- one connection --------------------------------------------------------------------------

    def screen(self, connection: ServerConnection, request: Request) -> Response | None:
        self.counts["upgrades"] += 1
        ticket = request.path.partition("ticket=")[2]
        for mode, status in REFUSALS.items():
            if mode in self.modes:
                return connection.respond(status, "No.")
        if not ticket.startswith("ticket-"):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "No ticket.")
        return None

    def serve(self, connection: ServerConnection) -> None:
        with self.lock:
            self.counts["connections"] += 1
        with suppress(ConnectionClosed, OSError):
            for text in connection:
                self._hear(connection, json.loads(text))
        with self.lock:
            self._watching.pop(connection, None)

    def _hear(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        action = message["action"]
        self.counts[action] += 1
        if Mode.DEAF in self.modes:
            return
        if action == "ping":
            Ping.model_validate_json(json.dumps(message))
            if Mode.FALLS_SILENT not in self.modes:
                self._say(connection, Pong(sent_at=datetime.now(UTC)))
        elif action == "subscribe":
            self._subscribe(connection, Subscribe.model_validate_json(json.dumps(message)))
        else:
            Unsubscribe.model_validate_json(json.dumps(message))

    def _subscribe(self, connection: ServerConnection, asked: Subscribe) -> None:
        with self.lock:
            self.asked.append(asked)
            if asked.scope == "all" and Mode.REFUSES_ALL in self.modes:
                answers: list[ServerMessage] = [
                    Error(
                        sent_at=datetime.now(UTC),
                        request_id=asked.request_id,
                        code="role_missing",
                        message="Only operators, auditors and admins may watch all transfers.",
                    )
                ]
            elif Mode.REFUSES_MANY in self.modes:
                answers = [
                    Error(
                        sent_at=datetime.now(UTC),
                        request_id=asked.request_id,
                        code="too_many_subscribes",
                        message="A connection subscribes at most 10 times in 10 s.",
                    )
                ]
            else:
                if Mode.FALLS_SILENT not in self.modes:
                    self._watching[connection] = asked
                answers = self._answers(asked)
            for answer in answers:
                self._say(connection, answer)

    def _answers(self, asked: Subscribe) -> list[ServerMessage]:
        known = {each.transfer_id: each for each in asked.known}
        names = asked.transfers or (() if asked.conversation else tuple(self.states))
        answers: list[dict[str, Any]] = []
        for each in names:
            state = None if each in self.hidden else self.states.get(each)
            if state is None:
                gone = Gone(
                    sent_at=datetime.now(UTC),
                    transfer_ids=(each,),
                    code="transfer_not_found",
                    message="There is no such transfer.",
                )
                answers.append(gone.model_dump())
                continue
            position = known.get(each)
            if position and position.epoch == state.now.epoch:
                changes = (state.delta(position.seq),) if position.seq < state.now.seq else ()
                told = Delta(sent_at=now(state), changes=changes, recovered=True)
                answers.append(told.model_dump())
            else:
                answers.append(Snapshot(sent_at=now(state), transfers=(state.now,)).model_dump())
        if not answers:
            answers = [Snapshot(sent_at=datetime.now(UTC), transfers=()).model_dump()]
        return [
            KINDS[answer["type"]].model_validate(
                answer | {"request_id": asked.request_id, "more": number + 1 < len(answers)}
            )
            for number, answer in enumerate(answers)
        ]

    def _say_delta(self, connection: ServerConnection, message: Delta) -> None:
        self._say(connection, message)
        if Mode.DISORDERED in self.modes:
            self._say(connection, message)
            transfer_id = message.changes[0].transfer_id
            text, self._old[transfer_id] = self._old.get(transfer_id), message.model_dump_json()
            if text:
                with suppress(ConnectionClosed, OSError):
                    connection.send(text)

    def _say(self, connection: ServerConnection, message: ServerMessage) -> None:
        text = message.model_dump_json()
        filling = LARGE if Mode.LARGE_FRAMES in self.modes else 0
        filling = 3_000_000 if Mode.TOO_LARGE in self.modes else filling
        if filling:
            text = text[:-1] + f',"filling":"{"x" * filling}"}}'
        with suppress(ConnectionClosed, OSError):
            if Mode.GARBAGE in self.modes:
                for each in ("{", "null", '{"type":"weather","version":1}', b"\xff\x00", ""):
                    connection.send(each)
            connection.send(text)
            self._spoil(connection)

    def _spoil(self, connection: ServerConnection) -> None:
        if self.counts["connections"] > self.bad_connections:
            return
        if Mode.CUT in self.modes:
            _cut(connection)
        elif Mode.CLOSED in self.modes:
            threading.Thread(target=connection.close, args=(self.close_code,)).start()


REFUSALS = {
    Mode.BLOCKED: HTTPStatus.FORBIDDEN,
    Mode.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Mode.TICKETS_REFUSED: HTTPStatus.UNAUTHORIZED,
}
KINDS: dict[str, type[ServerMessage]] = {"gone": Gone, "delta": Delta, "snapshot": Snapshot}


def now(state: LiveState) -> datetime:
    """The service's clock: just after the newest fact."""
    return state.now.seen_at


def _cut(connection: ServerConnection) -> None:
    with suppress(OSError):
        connection.socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def served(server: LiveServer) -> Iterator[LiveServer]:
    """Both servers run in threads of this program, and stop with the block."""
    sockets: Server = serve(
        server.serve, "127.0.0.1", 0, process_request=server.screen, close_timeout=0.2
    )
    thread = threading.Thread(target=sockets.serve_forever, daemon=True)
    thread.start()
    server.socket_url = f"ws://127.0.0.1:{sockets.socket.getsockname()[1]}"
    try:
        with served_rest(server) as server.url:
            yield server
    finally:
        sockets.shutdown()
        thread.join()
