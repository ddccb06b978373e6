"""A client of the WebSocket API. It keeps what it is told with the command's own code."""

import json
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self, TypeVar

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cli.live.known import Known
from contracts.receipt import Receipt
from contracts.websocket.live_transfer import LiveTransfer
from contracts.websocket.server_messages import (
    Delta,
    Error,
    Gone,
    Message,
    Snapshot,
    read_message,
)
from tests.stack.running import Running

SECONDS = 120.0  # the machine may be busy with other things
CUT_OFF = 1006  # RFC 6455: closed without a close frame
ENDED = ("completed", "failed", "cancelled")
T = TypeVar("T")


@contextmanager
def opened(address: str, **extra: Any) -> Iterator[ClientConnection]:  # noqa: ANN401
    """Raises InvalidStatus where the connection is refused."""
    settings = {"proxy": None, "ping_interval": None, "close_timeout": 1, "max_queue": None}
    with connect(address, **{**settings, "open_timeout": SECONDS, **extra}) as connection:
        yield connection


def ticket(running: Running, token: str) -> Any:  # noqa: ANN401
    """The answer, with a new ticket. The look at the logs knows the ticket from then on."""
    answer = running.door.call("POST", "/api/ws-ticket", token)
    assert answer.status_code == 201, answer.text
    return answer.json()


def address(running: Running, token: str) -> str:
    issued = ticket(running, token)
    return f"{issued['url']}?ticket={issued['ticket']}"


class Watcher:
    """One connection. Everything that was told is in `messages`, and each new state of a transfer
    in `told`. `known` is what an earlier connection knew."""

    def __init__(self, running: Running, token: str, known: Known | None = None) -> None:
        self.known = known or Known()
        self.messages: list[Message] = []
        self.told: dict[str, list[LiveTransfer]] = defaultdict(list)
        self.closed_with: int | None = None
        self._questions = 0
        with ExitStack() as stack:
            self.connection = stack.enter_context(opened(address(running, token)))
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    def cut(self) -> None:
        """Ends the connection as a network does: nobody says goodbye."""
        self.connection.socket.shutdown(socket.SHUT_RDWR)

    # --- asking ------------------------------------------------------------------------------

    def send(self, message: object) -> None:
        self.connection.send(json.dumps(message))

    def ask(self, *transfers: str, scope: str | None = None) -> str:
        """Subscribes, with the positions of what is known. Returns the question's id."""
        self._questions += 1
        question = f"q-{self._questions}"
        known = self.known.positions(transfers or None)
        what = {"scope": scope} if scope else {"transfers": transfers}
        positions = [each.model_dump(mode="json") for each in known]
        asked = {"action": "subscribe", "request_id": question, **what, "known": positions}
        self.send(asked)
        return question

    def subscribe(self, *transfers: str, scope: str | None = None) -> list[Message]:
        """The whole answer."""
        question = self.ask(*transfers, scope=scope)
        return self.until(lambda: self.answer_to(question), f"an answer to {question}")

    def next_to(self, text: str) -> Message:
        """What is told first after the text was sent."""
        count = len(self.messages)
        self.connection.send(text)
        self.until(lambda: len(self.messages) > count, f"an answer to {text[:99]!r}")
        return self.messages[count]

    def answer_to(self, question: str) -> list[Message]:
        """Nothing while it is not complete."""
        answer: list[Message] = [each for each in self.messages if each.request_id == question]
        done = answer and not (isinstance(answer[-1], Snapshot | Delta | Gone) and answer[-1].more)
        return answer if done else []

    # --- hearing -----------------------------------------------------------------------------

    def until(self, condition: Callable[[], T | None], what: str, seconds: float = SECONDS) -> T:
        """Hears until the condition is true. Returns its value."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            told = f"{self.messages[-3:]}, {self.closed_with}"
            assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s; {told}"
            assert self.closed_with is None, f"{what}: the connection was closed; {told}"
            self.hear(0.1)
        return value

    def hear(self, seconds: float) -> bool:
        """Takes in the next message, if one comes in time."""
        try:
            self._take(read_message(self.connection.recv(seconds)))
        except TimeoutError:
            return False
        except ConnectionClosed as closed:
            self.closed_with = closed.rcvd.code if closed.rcvd else CUT_OFF
            return False
        return True

    def hear_all(self) -> None:
        """All that has arrived by now."""
        while self.hear(0):
            pass

    def _take(self, message: Message) -> None:
        self.messages.append(message)
        if isinstance(message, Snapshot | Delta):
            for transfer in self.known.hear(message):
                self.told[transfer.transfer_id].append(transfer)
        elif isinstance(message, Gone):
            for gone in message.transfer_ids:
                self.known.forget(gone)
        for each in sorted(self.known.behind):  # as the contract has it
            self.known.behind.discard(each)
            self.ask(each)

    def state(self, transfer_id: str) -> LiveTransfer | None:
        if transfer_id not in self.known:
            return None
        return self.known[transfer_id]

    def shows(
        self, transfer_id: str, wanted: Callable[[LiveTransfer], object], seconds: float = SECONDS
    ) -> LiveTransfer:
        """Waits for a state of the transfer as it is wanted."""

        def state() -> LiveTransfer | None:
            known = self.state(transfer_id)
            return known if known and wanted(known) else None

        return self.until(state, f"the wanted state of {transfer_id}", seconds)

    def sees(self, transfer_id: str, *status: str) -> LiveTransfer:
        """Waits for one of these states."""
        return self.shows(transfer_id, lambda known: known.status in status)

    def is_ended(self, seconds: float = SECONDS) -> list[str]:
        """Waits until the service closes the connection. Tells the codes of its errors."""
        deadline = time.monotonic() + seconds
        while self.closed_with is None:
            assert time.monotonic() < deadline, f"open after {seconds:g} s; {self.messages[-3:]}"
            self.hear(0.1)
        return self.errors()

    def gone(self) -> list[tuple[str, str, str]]:
        found = [each for each in self.messages if isinstance(each, Gone)]
        return [(gone, each.code, each.message) for each in found for gone in each.transfer_ids]

    def errors(self) -> list[str]:
        return [each.code for each in self.messages if isinstance(each, Error)]


def goes_forwards(states: Iterable[LiveTransfer]) -> bool:
    """Within a run nothing is taken back, and an end is the end."""
    before: LiveTransfer | None = None
    for now in states:
        if before is not None and now.run == before.run:
            less = now.bytes_done < before.bytes_done or (now.percent or 0) < (before.percent or 0)
            restless = before.status in ENDED and now.status != before.status
            if less or restless or (now.epoch == before.epoch and now.seq < before.seq):
                return False
        before = now
    return True


def agrees(live: LiveTransfer, view: Any, *, listed: bool = False) -> None:  # noqa: ANN401
    """The watcher was told what the REST API says."""
    told = {name: getattr(live, name) for name in ("status", "run", "size_bytes", "bytes_done")}
    seen = {name: view[name] for name in told}
    assert told == seen, f"told {told}, and not {seen}"
    assert (live.percent or 0) == (view["percent"] or 0)  # null before it was planned
    failure = view["failure"]
    assert (live.failure and live.failure.code) == (failure and failure["code"])
    receipt = view["receipt"] and Receipt.model_validate_json(json.dumps(view["receipt"]))
    assert live.receipt == (None if listed else receipt)
