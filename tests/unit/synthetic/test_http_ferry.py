"""The API's answers, and what is no answer of the API's, become what the use case knows."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from runtime.rest_api import RestApi
from services.synthetic.adapters.http_ferry import HttpFerry
from services.synthetic.adapters.secretsmanager_login import Login
from services.synthetic.domain.errors import AlreadySent, ApiAway, ApiRefused
from services.synthetic.domain.ports import Receipt, Seen
from tests.fakes.synthetic_world import WISH
from tests.unit.progress.stories import NOON

PASSWORD = "pw-in-the-test"
TOKEN = "token-in-the-test"
REQUESTED = {"id": "t-1", "status": "requested", "requested_at": "2026-11-02T12:00:00Z"}


class Api:
    """Answers by what is asked for. `asked` has method, path, headers and body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.answers: dict[str, tuple[int, Any]] = {
            "POST /api/login": (200, {"access_token": TOKEN}),
            "POST /api/logout": (204, None),
        }


@pytest.fixture
def api() -> Iterator[tuple[Api, HttpFerry]]:
    found = Api()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length) or b"null")
            found.asked.append((self.command, self.path, dict(self.headers), body))
            path = self.path.partition("?")[0]
            status, said = found.answers[f"{self.command} {path}"]
            text = (
                said
                if isinstance(said, bytes)
                else b""
                if said is None
                else json.dumps(said).encode()
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    http = GuardedHttp(AddressGuard.of(["127.0.0.0/8"]), total_seconds=2)
    ferry = HttpFerry(RestApi(http, f"http://127.0.0.1:{server.server_address[1]}"), Logins())
    yield found, ferry
    server.shutdown()
    thread.join()
    server.server_close()


class Logins:
    def read(self) -> Login:
        return Login("synthetic", PASSWORD)


def test_it_asks_as_a_user_does(api: tuple[Api, HttpFerry]) -> None:
    known, ferry = api
    known.answers |= {
        "GET /api/transfer": (200, {"transfers": [REQUESTED], "cursor": None}),
        "POST /api/transfer": (202, REQUESTED),
        "POST /api/transfer/t-1/cancel": (202, REQUESTED),
    }
    ferry.log_in()
    assert ferry.active() == [Seen("t-1", "requested", NOON)]
    assert ferry.send(WISH, "synthetic-7", "synthetic-label").id == "t-1"
    ferry.cancel("t-1")
    ferry.log_out()
    login, listed, sent, _, _ = known.asked
    assert login[3] == {"user": "synthetic", "password": PASSWORD, "client": "api"}
    assert "Authorization" not in login[2]
    assert listed[1].startswith("/api/transfer?state=active")
    assert {each[2]["Authorization"] for each in known.asked[1:]} == {f"Bearer {TOKEN}"}
    assert sent[2]["Idempotency-Key"] == "synthetic-7"
    assert sent[3] == {
        "source": {"bucket": "outgoing", "key": "synthetic/1k.bin"},
        "destination_id": "test-partner",
        "target_path": "fileferry-synthetic.bin",
        "if_exists": "replace",
        "verify": "readback",
        "label": "synthetic-label",
    }


def test_an_ended_transfer_has_its_receipt_or_its_reason(api: tuple[Api, HttpFerry]) -> None:
    known, ferry = api
    receipt = {"bytes_sent": 1024, "proven": "readback", "source_checksum": "matched"}
    known.answers["GET /api/transfer/t-1"] = (
        200,
        REQUESTED
        | {"status": "completed", "size_bytes": 1024, "receipt": receipt, "failure": None},
    )
    completed = Seen("t-1", "completed", NOON, 1024, receipt=Receipt(1024, "readback", "matched"))
    assert ferry.look("t-1") == completed
    failed = REQUESTED | {"status": "failed", "receipt": None, "failure": {"code": "no_space"}}
    known.answers["GET /api/transfer/t-1"] = (200, failed)
    assert ferry.look("t-1") == Seen("t-1", "failed", NOON, None, "no_space")


def test_a_key_that_was_used_with_another_label_is_another_run(api: tuple[Api, HttpFerry]) -> None:
    known, ferry = api
    known.answers["POST /api/transfer"] = (409, {"code": "idempotency_conflict"})
    with pytest.raises(AlreadySent):
        ferry.send(WISH, "synthetic-7", "label")


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((403, {"code": "role_missing"}), ApiRefused, "403 role_missing"),
        ((429, b"{}"), ApiRefused, "429 None"),
        ((502, b"<html>"), ApiAway, "502 without JSON"),
        ((200, b"none of ours"), ApiAway, "200 without JSON"),
        ((200, [1]), ApiAway, "nothing that is known"),
        ((200, {"transfers": [{}]}), ApiAway, "nothing that is known"),
        ((200, None), ApiAway, "nothing that is known"),
        ((200, {"transfers": [REQUESTED | {"requested_at": 7}]}), ApiAway, "nothing that is known"),
    ],
)
def test_what_the_api_does_not_answer_well_is_told(
    api: tuple[Api, HttpFerry], answer: tuple[int, Any], error: type[Exception], words: str
) -> None:
    known, ferry = api
    known.answers["GET /api/transfer"] = answer
    with pytest.raises(error, match=words):
        ferry.active()


def test_an_api_that_is_not_there_is_away() -> None:
    http = GuardedHttp(AddressGuard.of(["127.0.0.0/8"]), total_seconds=1)
    with pytest.raises(ApiAway):
        HttpFerry(RestApi(http, "http://127.0.0.1:9"), Logins()).log_in()


def test_no_text_of_a_login_shows_a_secret(api: tuple[Api, HttpFerry]) -> None:
    known, ferry = api
    for answer in ((401, {"code": "login_refused", "detail": PASSWORD}), (200, {"token": TOKEN})):
        known.answers["POST /api/login"] = answer
        with pytest.raises((ApiRefused, ApiAway)) as told:
            ferry.log_in()
        assert "in-the-test" not in str(told.value)
    assert PASSWORD not in repr(Login("synthetic", PASSWORD))
