"""What the HTTP doubles share: a program that serves on loopback, orders of faults, and a log.

    python -m tests.doubles.<name> --port 0 --ready-file F

The ready file is JSON, written when calls are taken: {"port": 41234, "url": "http://127.0.0.1:41234",
"pid": 77}. SIGTERM ends the program. A double is a class of `Double`; `run` makes a program of it.

    GET    /                       the page for people
    POST   /_double/faults         one Fault or a list of them (http_faults.py) -> 201 {"ids": [1]}
    GET    /_double/faults         {"faults": [{"id", "passed", "hits", "over", "fault"}]}
    DELETE /_double/faults[/{id}]  {"cleared": 1}
    GET    /_double/requests       ?since=N -> {"requests": [{"number", "at", "ended_at", "method",
                                   "path", "query", "headers", "body", "status", "done", "fault"}],
                                   "counts": [{"method", "status", "fault", "calls"}]}
    DELETE /_double/requests       forgets them
    GET    /_double/summary        what the double itself says, and "arrived": counts
    *      /_double/...            what the double itself takes (Double.control)

None of these calls is logged, counted or hit by a fault. `at` is when a call had arrived whole.
"""

import argparse
import json
import os
import signal
import sys
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tests.doubles.http_arrivals import Arrival, Arrivals
from tests.doubles.http_call import Answer, Call, call_of, json_answer, text_answer
from tests.doubles.http_faults import Fault, FaultBook
from tests.doubles.http_misbehaviour import Wire, changed

CONTROL = "/_double/"
LARGEST_BODY = 8_000_000  # bytes of a request
FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


class Double(ABC):
    """What one double does. Calls come from many threads at once."""

    @abstractmethod
    def answer(self, call: Call) -> Answer: ...

    @abstractmethod
    def page(self) -> Answer: ...

    @abstractmethod
    def summary(self) -> dict[str, Any]: ...

    def refusal(self, status: int) -> Answer:
        """The answer of a `status` fault, in the form of the one who is doubled."""
        return text_answer(status, f"The double was told to answer {status}.")

    def control(self, call: Call) -> Answer | None:
        """Further calls under /_double/. None: there is no such one."""
        return None


@dataclass(frozen=True)
class Running:
    """A double that takes calls."""

    url: str
    double: Double
    faults: FaultBook
    arrivals: Arrivals


class Controls:
    """The calls of tests."""

    def __init__(self, double: Double, faults: FaultBook, arrivals: Arrivals) -> None:
        self.double, self.faults, self.arrivals = double, faults, arrivals

    def answer(self, call: Call) -> Answer:
        name, _, rest = call.path.removeprefix(CONTROL).partition("/")
        if name == "faults":
            return self._faults(call, rest)
        if name == "requests" and call.method == "GET":
            shown = [each.shown() for each in self.arrivals.newer(int(call.query.get("since", 0)))]
            return json_answer(200, {"requests": shown, "counts": self.arrivals.counts()})
        if name == "requests" and call.method == "DELETE":
            self.arrivals.clear()
            return json_answer(200, {})
        if name == "summary" and call.method == "GET":
            arrived = {"arrived": self.arrivals.counts()}
            return json_answer(200, self.double.summary() | arrived)
        return self.double.control(call) or json_answer(404, {"error": "no such control"})

    def _faults(self, call: Call, number: str) -> Answer:
        if call.method == "GET":
            return json_answer(200, {"faults": self.faults.shown()})
        if call.method == "DELETE":
            return json_answer(200, {"cleared": self.faults.clear(int(number) if number else None)})
        document = call.json()
        faults = FAULTS.validate_python(document if isinstance(document, list) else [document])
        return json_answer(201, {"ids": self.faults.order(faults)})


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "DoubleServer"

    def serve_call(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        wire = Wire(self.connection, self.server.stopped)
        if length > LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return wire.send(Answer(413 if length > LARGEST_BODY else 411))
        body = self.rfile.read(length)
        call = call_of(
            self.server.number(self.path), self.command, self.path, dict(self.headers), body
        )
        if call.path == "/":
            wire.send(self.server.running.double.page())
        elif call.path.startswith(CONTROL):
            wire.send(self._control(call))
        else:
            self._doubled(call, wire)
        return None

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve_call

    def _control(self, call: Call) -> Answer:
        try:
            return self.server.controls.answer(call)
        except (ValidationError, ValueError, LookupError, TypeError) as error:
            return json_answer(400, {"error": str(error)})

    def _doubled(self, call: Call, wire: Wire) -> None:
        running = self.server.running
        fault = running.faults.hit(call)
        arrival = Arrival(call, fault=fault.kind if fault else None)
        running.arrivals.add(arrival)
        try:
            self._answered(arrival, fault, wire)
        finally:
            running.arrivals.end(arrival)

    def _answered(self, arrival: Arrival, fault: Fault | None, wire: Wire) -> None:
        if fault and fault.kind == "delay":
            self.server.stopped.wait(fault.seconds or 1.0)  # done even if the client has gone
        double = self.server.running.double
        answer = Answer(200)
        if fault is None or fault.does:
            answer = double.answer(arrival.call)
            arrival.done = answer.status
        if fault is None:
            wire.send(answer)
            arrival.status = answer.status
            return
        if fault.kind == "status":
            answer = double.refusal(fault.status or 500)
        answer = changed(fault, answer)
        if wire.spoil(fault, answer):
            arrival.status = answer.status
        else:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


class DoubleServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, double: Double, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.stopped = threading.Event()
        url = f"http://127.0.0.1:{self.server_address[1]}"
        self.running = Running(url, double, FaultBook(), Arrivals())
        self.controls = Controls(double, self.running.faults, self.running.arrivals)

    def number(self, target: str) -> int:
        """0 for calls that are not logged."""
        controls = target.partition("?")[0] == "/" or target.startswith(CONTROL)
        return 0 if controls else self.running.arrivals.next_number()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A client that goes is no error. Everything else is a defect of the double."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


@contextmanager
def served(double: Double, port: int = 0) -> Iterator[Running]:
    """In threads of this program."""
    server = DoubleServer(double, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.running
    finally:
        server.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def run(parser: argparse.ArgumentParser, made: Callable[[argparse.Namespace], Double]) -> None:
    """The program. Returns after SIGTERM or SIGINT."""
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    options = parser.parse_args()
    over = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: over.set())
    with served(made(options), options.port) as running:
        port = int(running.url.rpartition(":")[2])
        ready = {"port": port, "url": running.url, "pid": os.getpid()}
        print(f"{running.url}/", flush=True)
        if options.ready_file:
            part = options.ready_file.with_suffix(".part")
            part.write_text(json.dumps(ready))
            part.replace(options.ready_file)
        over.wait()
    if options.ready_file:
        with suppress(FileNotFoundError):
            options.ready_file.unlink()
