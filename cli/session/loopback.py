"""Takes the code of a single sign-on from the browser, on this computer and nowhere else.

The browser ends at http://127.0.0.1:<port>/<state>?code=... (RFC 8252, 7.3). Any program here, and
any page in the browser, can call this port. So only a call with the random state counts, and only
one of them. A code that was planted has another challenge, and auth refuses it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Full, Queue
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from cli.errors import CommandFailed, TimedOut

HOST = "127.0.0.1"
CALL_SECONDS = 5.0  # of a connection that says nothing, as browsers open some ahead
MAX_CODE = 1_024  # characters, as the API has it
PAGE = b"""<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>FileFerry</title>
<p>The browser's part is done. Go back to the terminal: it says whether you are logged in.</p>
"""


class Loopback:
    """`return_to` is the address for the browser."""

    def __init__(self, port: int) -> None:
        """Raises OSError when the port is taken."""
        self.state = secrets.token_urlsafe(16)
        self._codes: Queue[str] = Queue(maxsize=1)
        self._server = _Server((HOST, port), _Handler)
        self._server.loopback = self
        self.port = int(self._server.server_address[1])
        self.return_to = f"http://{HOST}:{self.port}/{self.state}"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, code: str) -> bool:
        """False when one was taken before."""
        try:
            self._codes.put_nowait(code)
        except Full:
            return False
        return True

    def wait(self, seconds: float) -> str:
        """The code. Raises TimedOut."""
        try:
            return self._codes.get(timeout=seconds)
        except Empty:
            raise TimedOut(
                f"Nobody finished the login within {seconds:.0f} s: begin again. If the browser"
                f" runs on another computer, forward the port: ssh -L {self.port}:{HOST}:"
                f"{self.port} ... with `fileferry login --sso --port {self.port}`."
            ) from None


@contextmanager
def listening(port: int = 0) -> Iterator[Loopback]:
    """Raises CommandFailed when the port is taken."""
    try:
        loopback = Loopback(port)
    except OSError as error:
        raise CommandFailed(f"Port {port} cannot be used ({error.strerror}).") from error
    thread = Thread(target=loopback.serve, daemon=True, name="loopback")
    thread.start()
    try:
        yield loopback
    finally:
        loopback.close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """A thread for each connection: one that says nothing does not keep the browser waiting."""

    daemon_threads = True
    allow_reuse_address = False
    loopback: Loopback

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is no news for the terminal."""


class _Handler(BaseHTTPRequestHandler):
    timeout = CALL_SECONDS
    server: _Server

    def do_GET(self) -> None:
        loopback = self.server.loopback
        parts = urlsplit(self.path)
        codes = parse_qs(parts.query).get("code", [])
        known = secrets.compare_digest(parts.path.encode(), f"/{loopback.state}".encode())
        # Another Host is a page that had its own name lead here (DNS rebinding).
        ours = self.headers.get("Host") == f"{HOST}:{loopback.port}"
        fits = len(codes) == 1 and 0 < len(codes[0]) <= MAX_CODE
        taken = known and ours and fits and loopback.take(codes[0])
        self._say(200 if taken else 404, PAGE if taken else b"")

    def _say(self, status: int, page: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """The address has the code in it. It is in no log."""
