"""The @connections API of API Gateway on loopback: posts to connections, and ends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

ERRORS = {410: "GoneException", 413: "PayloadTooLargeException", 429: "LimitExceededException"}
MAX_BYTES = 131_072


@dataclass
class ConnectionsApi:
    """`received` has what each open connection was sent. `answers` are statuses for some of them;
    0 stands for no answer at all."""

    address: str = ""
    received: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    released: Event = field(default_factory=Event)

    def open(self, *connection_ids: str) -> None:
        self.received |= {each: [] for each in connection_ids}

    def take(self, method: str, connection_id: str, body: bytes) -> int:
        status = self.answers.get(connection_id)
        if status == 0:
            self.released.wait(30)
        if status is not None:
            return status
        if connection_id not in self.received:
            return 410
        if len(body) > MAX_BYTES:
            return 413
        if method == "DELETE":
            del self.received[connection_id]
            return 204
        self.received[connection_id].append(body.decode())
        return 200


@contextmanager
def connections_api() -> Iterator[ConnectionsApi]:
    api = ConnectionsApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection_id = unquote(self.path.rsplit("/", 1)[1])
            status = api.take(self.command, connection_id, body)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            if status in ERRORS:
                self.send_header("x-amzn-ErrorType", ERRORS[status])
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_DELETE = answer

        def log_message(self, *_: Any) -> None:  # noqa: ANN401
            """Tests look at what was received."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever)
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield api
    finally:
        api.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
