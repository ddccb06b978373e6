"""The REST routes that watching needs: tickets, one transfer, and the list."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from contracts.problem import Problem
from contracts.transfer_views import ChunkCounts, TransferSummary, TransferView
from contracts.websocket.live_transfer import LiveTransfer

if TYPE_CHECKING:
    from tests.doubles.live_server import LiveServer


def view_of(live: LiveTransfer) -> TransferView:
    chunks = live.chunks
    return TransferView(
        id=live.transfer_id,
        status=live.status,
        owner=live.owner,
        label=live.label,
        source=live.source,
        destination_id=live.destination.id,
        target_path=live.target_path,
        final_path=None,
        if_exists="fail",
        verify="checksum",
        readback_percent=None,
        strategy=None,
        planned_proof=None,
        size_bytes=live.size_bytes,
        source_checksum=None,
        run=live.run,
        requested_at=live.requested_at,
        updated_at=live.seen_at,
        started_at=live.started_at,
        finished_at=live.finished_at,
        failure=live.failure,
        receipt=live.receipt,
        origin=None,
        correlation_id="c-1",
        bytes_done=live.bytes_done,
        percent=live.percent,
        rate_bytes_per_second=live.rate_bytes_per_second,
        eta_seconds=live.eta.low_seconds if live.eta else None,
        chunks=ChunkCounts(total=chunks.total, done=chunks.done, open=chunks.total - chunks.done),
        lanes=(),
        attempts=0,
        files=live.files,
        include=(),
        exclude=(),
        warnings=(),
        cautions=(),
    )


def answer(server: "LiveServer", method: str, path: str) -> tuple[int, Any]:
    from tests.doubles.live_server import Mode

    server.counts[f"{method} {path.partition('?')[0]}"] += 1
    server.counts["calls"] += 1
    if Mode.REST_DOWN in server.modes:
        return 503, _problem(503, "unavailable", "Try again in a minute.")
    if Mode.SESSION_OVER in server.modes:
        return 401, _problem(401, "unauthorized", "Log in again.")
    if path == "/api/ws-ticket":
        ticket = f"ticket-{server.counts['calls']}"
        return 200, {"url": server.socket_url, "ticket": ticket, "expires_in_seconds": 30}
    if (method, path) == ("POST", "/api/transfer"):
        newest = next(reversed(server.states.values())).now
        return 202, view_of(newest).model_dump(mode="json")
    if path.partition("?")[0] == "/api/transfer":
        views = [view_of(each.now) for each in server.states.values()]
        fields = set(TransferSummary.model_fields)
        active = [each for each in views if each.finished_at is None]
        rows = [each.model_dump(mode="json", include=fields) for each in active]
        return 200, {"transfers": rows, "cursor": None}
    known = {**server.states, **server.rest_states}
    state = known.get(path.removeprefix("/api/transfer/"))
    if state is None:
        return 404, _problem(404, "transfer_not_found", "There is no such transfer.")
    return 200, view_of(state.now).model_dump(mode="json")


def _problem(status: int, code: str, detail: str) -> Any:  # noqa: ANN401
    return Problem(
        type="about:blank",
        title="No",
        status=status,
        detail=detail,
        instance="/",
        code=code,
        request_id="r-1",
    ).model_dump(mode="json")


@contextmanager
def served_rest(server: "LiveServer") -> Iterator[str]:
    from tests.doubles.live_server import Mode

    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if Mode.REST_HANGS in server.modes:
                over.wait()
                self.close_connection = True
                return
            if own := server.routes.get(f"{self.command} {self.path}"):
                server.counts[f"{self.command} {self.path}"] += 1
                status, document = own(json.loads(body) if body else None)
            else:
                with server.lock:
                    status, document = answer(server, self.command, self.path)
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    rest = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    rest.daemon_threads = True
    thread = threading.Thread(target=rest.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{rest.server_address[1]}"
    finally:
        over.set()
        rest.shutdown()
        thread.join()
        rest.server_close()
