"""FileFerry's REST API, called as a user does."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from runtime.guarded_http import CallFailed, GuardedHttp, HttpAnswer
from services.synthetic.adapters.secretsmanager_login import Login
from services.synthetic.domain.errors import AlreadySent, ApiAway, ApiRefused
from services.synthetic.domain.ports import Receipt, Seen, Wish

FIRST_ERROR = 400
OTHER_BODY = "idempotency_conflict"  # the key was used with another label
MOST_ACTIVE = 20  # of ours; there is one at most


class Logins(Protocol):
    def read(self) -> Login: ...


class HttpFerry:
    """`api_url` is the address without '/api'."""

    def __init__(self, http: GuardedHttp, api_url: str, logins: Logins) -> None:
        self._http, self._api_url, self._logins = http, api_url.rstrip("/"), logins
        self._token: str | None = None

    def log_in(self) -> None:
        login = self._logins.read()
        body = {"user": login.user, "password": login.password, "client": "api"}
        self._token = None
        with understood("the login"):
            self._token = str(self._call("POST", "/api/login", body)["access_token"])

    def log_out(self) -> None:
        self._call("POST", "/api/logout")
        self._token = None

    def active(self) -> Sequence[Seen]:
        told = self._call("GET", f"/api/transfer?state=active&limit={MOST_ACTIVE}")
        with understood("the list of transfers"):
            return [_seen(each) for each in told["transfers"]]

    def send(self, wish: Wish, key: str, label: str) -> Seen:
        body = {
            "source": {"bucket": wish.bucket, "key": wish.key},
            "destination_id": wish.destination_id,
            "target_path": wish.target_path,
            "if_exists": "replace",  # so that one file is at the partner, however many were sent
            "verify": "readback",
            "label": label,
        }
        try:
            told = self._call("POST", "/api/transfer", body, {"Idempotency-Key": key})
        except ApiRefused as refused:
            if refused.problem == OTHER_BODY:
                raise AlreadySent(key) from None
            raise
        return _transfer(told)

    def look(self, transfer_id: str) -> Seen:
        return _transfer(self._call("GET", f"/api/transfer/{transfer_id}"))

    def cancel(self, transfer_id: str) -> None:
        self._call("POST", f"/api/transfer/{transfer_id}/cancel")

    def _call(
        self, method: str, path: str, body: object = None, more: Mapping[str, str] | None = None
    ) -> Any:
        headers = {"Accept": "application/json", **(more or {})}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        try:
            answer = self._http.send(method, f"{self._api_url}{path}", headers, content)
        except CallFailed as failed:
            raise ApiAway(failed.reason) from None
        return _document(f"{method} {path.partition('?')[0]}", answer)


def _document(call: str, answer: HttpAnswer) -> Any:
    """None for an answer without a body. Raises ApiRefused, ApiAway."""
    try:
        found = json.loads(answer.body) if answer.body else None
    except (ValueError, RecursionError):
        raise ApiAway(f"{call} was answered {answer.status} without JSON") from None
    if answer.status >= FIRST_ERROR:
        code = found.get("code") if isinstance(found, dict) else None
        raise ApiRefused(call, answer.status, str(code))
    return found


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Raises ApiAway for what is no answer of ours. Its text shows nothing of it."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ApiAway(f"{what} was answered with nothing that is known") from None


def _transfer(told: Any) -> Seen:
    with understood("a transfer"):
        return _seen(told)


def _seen(told: Mapping[str, Any]) -> Seen:
    receipt, failure = told.get("receipt"), told.get("failure") or {}
    return Seen(
        id=told["id"],
        state=told["status"],
        requested_at=datetime.fromisoformat(told["requested_at"]),
        size_bytes=told.get("size_bytes"),
        reason=failure.get("code", ""),
        receipt=receipt and _receipt(receipt),
    )


def _receipt(told: Mapping[str, Any]) -> Receipt:
    return Receipt(told["bytes_sent"], str(told["proven"]), told["source_checksum"])
