"""FileFerry's REST API, called as a user does."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from pydantic import SecretStr

from runtime.rest_api import NoAnswer, Refusal, Request, RestApi
from services.synthetic.adapters.secretsmanager_login import Login
from services.synthetic.domain.errors import AlreadySent, ApiAway, ApiRefused
from services.synthetic.domain.ports import Receipt, Seen, Wish

OTHER_BODY = "idempotency_conflict"  # the key was used with another label
MOST_ACTIVE = 20  # of ours; there is one at most


class Logins(Protocol):
    def read(self) -> Login: ...


class HttpFerry:
    def __init__(self, api: RestApi, logins: Logins) -> None:
        self._api, self._logins = api, logins
        self._token: SecretStr | None = None

    def log_in(self) -> None:
        login = self._logins.read()
        body = {"user": login.user, "password": login.password, "client": "api"}
        self._token = None
        with understood("the login"):
            told = self._call(Request("POST", "/api/login", body=body))
            self._token = SecretStr(str(told["access_token"]))

    def log_out(self) -> None:
        self._call(Request("POST", "/api/logout"))
        self._token = None

    def active(self) -> Sequence[Seen]:
        query = {"state": "active", "limit": str(MOST_ACTIVE)}
        told = self._call(Request("GET", "/api/transfer", query=query))
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
            sent = Request("POST", "/api/transfer", body=body, idempotency_key=key)
            told = self._call(sent)
        except ApiRefused as refused:
            if refused.problem == OTHER_BODY:
                raise AlreadySent(key) from None
            raise
        return _transfer(told)

    def look(self, transfer_id: str) -> Seen:
        return _transfer(self._call(Request("GET", "/api/transfer/{id}", {"id": transfer_id})))

    def cancel(self, transfer_id: str) -> None:
        self._call(Request("POST", "/api/transfer/{id}/cancel", {"id": transfer_id}))

    def _call(self, request: Request) -> Any:
        """The document of the answer, None where it has no body. Raises ApiRefused, ApiAway."""
        call = f"{request.method} {request.target.partition('?')[0]}"
        try:
            return self._api.call(request, self._token)
        except NoAnswer as away:
            raise ApiAway(f"{call}: {away.reason}") from None
        except Refusal as refused:
            raise ApiRefused(call, refused.status, str(refused.code)) from None


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
