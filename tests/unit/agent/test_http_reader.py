"""What the reader can ask for, and what it makes of answers that nobody expects."""

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from pydantic import SecretStr

from contracts.routes import ROUTES
from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from runtime.rest_api import RestApi
from services.agent.adapters.http_api import HttpApi
from services.agent.adapters.http_reader import READS, HttpReader
from services.agent.domain.errors import ApiAway, ApiRefused

TOKEN = SecretStr("token-in-the-test")


def test_every_entry_of_the_table_is_a_get_route() -> None:
    routes = {(each.method, each.operation_id): each.path for each in ROUTES}
    assert {("GET", operation): path for operation, path in READS.items()}.items() <= routes.items()


def test_the_table_holds_only_what_the_agent_asks_for() -> None:
    folders = [Path("services/agent") / each for each in ("domain_services", "use_cases")]
    trees = [ast.parse(path.read_text()) for each in folders for path in each.rglob("*.py")]
    texts = {n.value for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    assert READS.keys() <= texts


@contextmanager
def reader(
    status: int, body: bytes, waits: float = 0, left: float = 5.0
) -> Iterator[tuple[HttpReader, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            done.wait(waits)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    done = Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    guard = AddressGuard.of(["127.0.0.0/8"])
    http = GuardedHttp(guard, total_seconds=6, max_answer_bytes=10_000)
    api = RestApi(http, f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield HttpReader(HttpApi(api, TOKEN, lambda: left)), asked
    finally:
        done.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"[1]", ApiAway),
        (200, b"", ApiAway),
        (200, b"none of ours", ApiAway),
        (200, b"[" * 5_000, ApiAway),
        (200, b'{"a": "' + b"x" * 20_000 + b'"}', ApiAway),  # larger than is taken
        (302, b"", ApiAway),
        (502, b"<html>", ApiAway),
        (500, b'{"code": "internal_error", "detail": "d"}', ApiAway),
        (504, b'{"code": "too_slow"}', ApiAway),
        (503, b'{"code": "region_stands_by", "detail": "d"}', ApiRefused),
        (502, b'{"code": "source_unavailable", "detail": "d"}', ApiRefused),
        (403, b'{"code": 7, "detail": []}', ApiRefused),
        (429, b"[]", ApiRefused),
    ],
)
def test_what_is_no_good_answer_is_told(status: int, body: bytes, error: type[Exception]) -> None:
    with reader(status, body) as (asking, _), pytest.raises(error) as told:
        asking.read("read_me")
    assert "in-the-test" not in f"{told.value!r} {told.value}"


def test_a_call_ends_when_the_turn_has_no_time_left() -> None:
    with reader(200, b"{}", waits=30, left=0.5) as (asking, _):
        began = monotonic()
        with pytest.raises(ApiAway):
            asking.read("read_me")
    assert monotonic() - began < 3


def test_without_time_nothing_is_asked() -> None:
    with reader(200, b"{}", left=0.1) as (asking, asked), pytest.raises(ApiAway, match="no time"):
        asking.read("read_me")
    assert asked == []


def test_a_good_answer_is_told() -> None:
    with reader(200, json.dumps({"user": "jane"}).encode()) as (asking, _):
        assert asking.read("read_me") == {"user": "jane"}


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_leads_elsewhere_is_not_even_asked_for(name: str) -> None:
    with reader(200, b"{}") as (asking, asked), pytest.raises(ApiRefused):
        asking.read("list_files", {"name": name})
    assert asked == []


def test_half_of_a_pair_of_surrogates_is_no_name() -> None:
    with reader(200, b"{}") as (asking, asked):
        with pytest.raises(ApiRefused):
            asking.read("list_files", {"name": "a\ud800"})
        with pytest.raises(ApiRefused):
            asking.read("list_files", {"name": "a"}, {"prefix": "\ud800"})
    assert asked == []
