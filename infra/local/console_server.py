"""Serves the console of the local stack, on 127.0.0.1 only."""

import argparse
import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from infra.console.web_files import WEB
from infra.local.console_site import Answer, ConsoleSite, told
from infra.local.emulator import HOST
from infra.local.ready_file import write_ready

SILENCE_SECONDS = 30.0  # a browser's spare connection does not keep a thread for ever
PORTS_TRIED = 10
ALLOWED = "GET, HEAD"


class ConsoleCall(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # headers and body leave together
    timeout = SILENCE_SECONDS
    server: "ConsoleServer"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if not path.startswith("/"):
            self._write(told(HTTPStatus.BAD_REQUEST, "A path begins with a slash."))
        elif self.headers.get("Host", self.server.host) != self.server.host:
            self._to_the_origin(path, query)
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._write(self.server.site.answer(path, headers))

    do_HEAD = do_GET

    def _refuse(self) -> None:
        refusal = told(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD are answered.")
        self.close_connection = True  # a body would be read as the next call
        self._write(Answer(refusal.status, {**refusal.headers, "Allow": ALLOWED}, refusal.body))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = _refuse

    def _to_the_origin(self, path: str, query: str) -> None:
        """`localhost` is another origin, which the API does not know."""
        there = f"http://{self.server.host}/{path.lstrip('/')}" + (f"?{query}" if query else "")
        moved = told(HTTPStatus.TEMPORARY_REDIRECT, there)
        self._write(Answer(moved.status, {**moved.headers, "Location": there}, moved.body))

    def _write(self, answer: Answer) -> None:
        if self.headers.get("Transfer-Encoding") or self.headers.get("Content-Length", "0") != "0":
            self.close_connection = True
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        return "FileFerry"

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class ConsoleServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a page asks for many files at once

    def __init__(self, site: ConsoleSite, port: int) -> None:
        super().__init__((HOST, port), ConsoleCall)
        self.site = site
        self.host = f"{HOST}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A browser that goes is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def listening(site: ConsoleSite, port: int) -> ConsoleServer:
    """On `port`, or on one of the next if others have it. Else, and for 0, on any."""
    for wish in range(port, port + PORTS_TRIED) if port else ():
        try:
            return ConsoleServer(site, wish)
        except OSError:
            continue
    return ConsoleServer(site, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the wished one; 0: any")
    parser.add_argument("--addresses", type=Path, required=True, help="of the API, as JSON")
    parser.add_argument("--ready-file", type=Path, required=True, help="{port, url} as JSON")
    options = parser.parse_args()
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    with listening(ConsoleSite(WEB, options.addresses), options.port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        write_ready(options.ready_file, server.server_port)
        over.wait()
        server.shutdown()


if __name__ == "__main__":
    main()
