"""How a double's connections misbehave: what each kind of fault does on the wire."""

import os
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import responses
from select import select
from threading import Event

from tests.doubles.http_call import Answer
from tests.doubles.http_faults import Fault

LONGEST_SILENCE = 120.0  # seconds in which a client should have given up
LOOK_SECONDS = 0.05  # whether the client is still there
PIECE = 65_536
LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Log in</body></html>"


def changed(fault: Fault, answer: Answer) -> Answer:
    """What is sent in place of the right answer."""
    if fault.kind == "html":
        answer = Answer(200, LOGIN_PAGE, {"Content-Type": "text/html;charset=UTF-8"})
    elif fault.kind == "redirect":
        answer = Answer(fault.status or 307, b"", {"Location": fault.location})
    elif fault.kind == "empty":
        answer = replace(answer, body=b"")
    elif fault.kind == "malformed_json":
        answer = replace(answer, body=answer.body[: max(1, len(answer.body) // 2)] or b"{")
    elif fault.kind == "huge":
        filling = b"x" * max(0, fault.size_bytes - len(b'{"result":""}'))
        answer = replace(answer, body=b'{"result":"' + filling + b'"}')
    if fault.body is not None:
        answer = replace(answer, body=fault.body.encode())
    asked = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return replace(answer, headers={**answer.headers, **asked, **fault.headers})


def head_of(answer: Answer, *, chunked: bool = False) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    elif answer.status != 204:
        lines.append(f"Content-Length: {len(answer.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True)
class Wire:
    """The connection of one call. `stopped` is set when the double ends."""

    connection: socket.socket
    stopped: Event

    def send(self, answer: Answer) -> None:
        if not answer.timed:
            return self._write(head_of(answer) + answer.body)
        # A client waits for much of a body whose length it knows, and takes each chunk at once.
        self._write(head_of(answer, chunked=True))
        for seconds, piece in answer.timed:
            if seconds:
                self.say_nothing(seconds)
            self._write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        return self._write(b"0\r\n\r\n")

    def spoil(self, fault: Fault, answer: Answer) -> bool:
        """Whether the whole answer was sent. Where it is false, the connection must end."""
        if fault.kind in ("timeout_before", "timeout_after"):
            self.say_nothing(fault.seconds or LONGEST_SILENCE)
            return False
        if fault.kind in ("reset_before", "reset_after"):
            self.reset()
            return False
        if fault.kind in ("cut", "stall"):
            self._write(head_of(answer) + answer.body[: len(answer.body) // 2])
            if fault.kind == "stall":
                self.say_nothing(fault.seconds or LONGEST_SILENCE)
            return False
        if fault.kind == "slow_headers":
            return self._drip(head_of(answer), fault) and self._wrote(answer.body)
        if fault.kind == "slow_body":
            return self._wrote(head_of(answer)) and self._drip(answer.body, fault)
        return self._wrote(head_of(answer) + answer.body)

    def say_nothing(self, seconds: float) -> bool:
        """Until the client has gone, or for so long. True if the client is still there."""
        rounds = max(1, round(seconds / LOOK_SECONDS))
        return not any(self.stopped.wait(LOOK_SECONDS) or self._gone() for _ in range(rounds))

    def reset(self) -> None:
        """With a linger of 0 s the kernel sends RST, not FIN. The socket is detached because the
        server would else say goodbye on it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _drip(self, content: bytes, fault: Fault) -> bool:
        pieces: Iterable[bytes] = (content[at : at + 1] for at in range(len(content)))
        return all(self.say_nothing(fault.seconds or 0.2) and self._wrote(each) for each in pieces)

    def _wrote(self, content: bytes) -> bool:
        with suppress(OSError):
            self._write(content)
            return True
        return False

    def _write(self, content: bytes) -> None:
        for at in range(0, len(content), PIECE):
            self.connection.sendall(content[at : at + PIECE])

    def _gone(self) -> bool:
        try:
            readable, _, _ = select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True
