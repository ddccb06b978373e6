"""Our REST API on loopback, for adapters that call it: each request goes to a service's handlers,
behind its authorizer."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from contracts.routes import ROUTES

Answered = tuple[int, Any]
Ask = Callable[[str, str, Any, str | None], Answered]  # method, path, body, token


@contextmanager
def rest_gateway(ask: Ask) -> Iterator[str]:
    """The address. `ask` gets no token for public routes, as their functions get no caller."""

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(text) if text else None
            token = self.headers.get("Authorization", "").removeprefix("Bearer ") or None
            status, document = _asked(ask, self.command, self.path.partition("?")[0], body, token)
            told = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_DELETE = serve

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _asked(ask: Ask, method: str, path: str, body: Any, token: str | None) -> Answered:  # noqa: ANN401
    route = next((each for each in ROUTES if (each.method, each.path) == (method, path)), None)
    if route is None:
        return 404, {"code": "no_route", "detail": "There is nothing at this address."}
    if route.public:
        return ask(method, path, body, None)
    if token is None:
        return 401, {"code": "not_logged_in", "detail": "Log in."}
    try:
        return ask(method, path, body, token)
    except Exception as refused:  # what the authorizer raises is a 401 of API Gateway
        if "Unauthorized" not in str(refused):
            raise
        return 401, {"code": "not_logged_in", "detail": "Log in."}
