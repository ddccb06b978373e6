"""Reader: a closed table of GET routes, asked with the caller's token."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from pydantic import SecretStr

from contracts.browse_api import BucketsPage, BucketView, FilesPage, FilesQuery
from contracts.contract import Published
from contracts.problem import Problem
from contracts.routes import ROUTES
from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from runtime.rest_api import RestApi
from services.agent.adapters.http_api import HttpApi
from services.agent.adapters.http_reader import READS, HttpReader
from services.agent.domain.errors import ApiAway, ApiRefused
from services.agent.domain.ports import Reader
from tests.fakes.agent_reader import Answer, InMemoryReader
from tests.unit.progress.stories import NOON

TOKEN = SecretStr("token-in-the-test")
BUCKETS = BucketsPage(buckets=(BucketView(name="outgoing", created_at=NOON),), cursor=None)


@dataclass
class World:
    reader: Reader
    answers: dict[str, Answer]


@pytest.fixture(params=["in_memory", "http"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    fake = InMemoryReader()
    if request.param == "in_memory":
        yield World(fake, fake.answers)
        return
    with served(fake) as url:
        http = GuardedHttp(AddressGuard.of(["127.0.0.0/8"]), total_seconds=5)
        api = HttpApi(RestApi(http, url), TOKEN, lambda: 5.0)
        yield World(HttpReader(api), fake.answers)


@contextmanager
def served(fake: InMemoryReader) -> Iterator[str]:
    """A server that answers as `fake` does, if it is asked with the token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = 401, b"{}"
            if self.headers["Authorization"] == f"Bearer {TOKEN.get_secret_value()}":
                status, text = answered(fake, self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def answered(fake: InMemoryReader, target: str) -> tuple[int, bytes]:
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    for operation, template in READS.items():
        path = values(template, parts.path)
        if path is not None:
            try:
                return 200, json.dumps(fake.read(operation, path, query)).encode()
            except ApiRefused as refused:
                return refused.answered, problem(refused)
            except ApiAway:
                return 504, b""
    raise AssertionError(target)


def values(template: str, path: str) -> Mapping[str, str] | None:
    wanted, found = template.split("/"), path.split("/")
    if len(wanted) != len(found):
        return None
    pairs = list(zip(wanted, found, strict=True))
    if any(not w.startswith("{") and w != f for w, f in pairs):
        return None
    return {w.strip("{}"): unquote(f) for w, f in pairs if w.startswith("{")}


def problem(refused: ApiRefused) -> bytes:
    told = Problem(
        type="urn:fileferry:problem:x",
        title="Refused",
        status=refused.answered,
        detail=refused.sentence,
        instance="/api",
        code=refused.problem,
        request_id="r-1",
    )
    return told.model_dump_json().encode()


def test_the_document_is_told_as_it_is(world: World) -> None:
    world.answers["list_buckets"] = BUCKETS
    assert world.reader.read("list_buckets", query={"limit": "2"}) == BUCKETS.model_dump(
        mode="json"
    )


def test_paths_and_queries_arrive_whatever_is_in_them(world: World) -> None:
    seen: list[tuple[Any, Any]] = []

    def files(path: Mapping[str, str], query: FilesQuery) -> Published:
        seen.append((path["name"], query.prefix))
        return FilesPage(files=(), folders=(), cursor=None)

    world.answers["list_files"] = files
    for bucket, prefix in (("a/../b", "x&limit=1#?"), ("%2e%2e", "Ünïcode/ "), ("{id}", "+")):
        world.reader.read("list_files", {"name": bucket}, {"prefix": prefix})
        assert seen.pop() == (bucket, prefix)


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_could_lead_elsewhere_is_refused(world: World, name: str) -> None:
    world.answers["list_files"] = FilesPage(files=(), folders=(), cursor=None)
    with pytest.raises(ApiRefused) as refused:
        world.reader.read("list_files", {"name": name})
    assert refused.value.answered == 400


def test_a_refusal_has_status_code_and_sentence(world: World) -> None:
    world.answers["read_transfer"] = ApiRefused("read_transfer", 404, "transfer_not_found", "No.")
    with pytest.raises(ApiRefused) as refused:
        world.reader.read("read_transfer", {"id": "t-1"})
    told = refused.value
    assert (told.answered, told.problem, told.sentence) == (404, "transfer_not_found", "No.")


def test_no_answer_is_no_refusal(world: World) -> None:
    world.answers["read_me"] = ApiAway("read_me", "it answered 504")
    with pytest.raises(ApiAway):
        world.reader.read("read_me")


@pytest.mark.parametrize("operation", sorted({each.operation_id for each in ROUTES} - set(READS)))
def test_every_other_route_is_no_route_of_a_reader(operation: str) -> None:
    """Also those that only read: what no tool needs cannot be asked for."""
    http = GuardedHttp(AddressGuard.of([]), total_seconds=1)
    api = HttpApi(RestApi(http, "http://127.0.0.1:9"), TOKEN, lambda: 1.0)
    readers: tuple[Reader, ...] = (HttpReader(api), InMemoryReader())
    for reader in readers:
        with pytest.raises(LookupError, match="no route that reads"):
            reader.read(operation)
