"""A server in the place of an identity provider. It answers what no provider should."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DISCOVERY, TOKEN, USERINFO = "/.well-known/openid-configuration", "/token", "/userinfo"


@dataclass(frozen=True)
class Reply:
    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drips: bool = False  # sends a byte now and then, for ever
    hangs: bool = False


class Broken(ThreadingHTTPServer):
    """Answers each path with its reply. `asked` are the requests that it got."""

    daemon_threads = True

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.says(DISCOVERY, **self.discovery())
        self.says("/jwks", keys=[])

    def says(self, path: str, **document: object) -> None:
        self.replies[path] = Reply(json.dumps(document).encode())

    def discovery(self, **changes: object) -> dict[str, object]:
        known: dict[str, object] = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}{TOKEN}",
            "jwks_uri": f"{self.url}/jwks",
        }
        return {**known, **changes}


class Answering(BaseHTTPRequestHandler):
    server: Broken

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self.server.asked.append((self.path, dict(self.headers), body))
        reply = self.server.replies.get(self.path, Reply(status=404))
        if reply.hangs:
            self.server.over.wait(10)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.drips:
            while not self.server.over.wait(0.05):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
        else:
            try:
                self.wfile.write(reply.body)
            except OSError:
                return  # nobody reads on

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def broken_provider() -> Iterator[Broken]:
    with Broken() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join(10)
