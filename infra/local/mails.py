"""Serves a page with the mails of the local stack, on 127.0.0.1 only."""

import argparse
import signal
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from infra.local.emulator import HOST
from infra.local.mail_page import POLICY, page_of
from infra.local.mailbox import sent_mails
from infra.local.ready_file import write_ready

SILENCE_SECONDS = 10.0  # a browser's spare connection does not keep a thread


class MailPage(BaseHTTPRequestHandler):
    timeout = SILENCE_SECONDS
    endpoint: str  # of the emulator

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            body = page_of(sent_mails(self.endpoint)).encode()
        except (OSError, ValueError) as error:
            self.send_error(HTTPStatus.BAD_GATEWAY, f"The emulator does not tell: {error}")
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--emulator", required=True, help="its address")
    parser.add_argument("--ready-file", type=Path, required=True, help="{port, url} as JSON")
    options = parser.parse_args()
    MailPage.endpoint = options.emulator
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ThreadingHTTPServer((HOST, options.port), MailPage) as server:
        server.daemon_threads = True
        write_ready(options.ready_file, server.server_port)
        server.serve_forever()


if __name__ == "__main__":
    main()
