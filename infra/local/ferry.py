"""A small client of FileFerry's REST API for the demo, the benchmarks and the stack tests."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

POLL_SECONDS = 1.0  # a user may call 100 times a minute
RENEW_SECONDS = 60.0  # an access token is renewed that long before its end
PATIENCE_SECONDS = 60.0  # the longest wait while throttled
UNAUTHORIZED, THROTTLED = 401, 429
ENDED = frozenset({"completed", "failed", "cancelled"})


class Refused(Exception):
    """The API answered with a problem (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")


class Ferry:
    """`api_url` is the address without '/api'. Answers are the JSON documents of contracts/."""

    def __init__(
        self, api_url: str, user: str, password: str, *, every: float = POLL_SECONDS
    ) -> None:
        """Logs in at the first call. `every` is the number of seconds between two looks at a
        transfer."""
        self._every = every
        self.api_url = api_url
        self._http = httpx.Client(base_url=api_url, timeout=60)
        self._login = {"user": user, "password": password, "client": "api"}
        self._tokens: Mapping[str, Any] = {}
        self._renew_at = 0.0  # on the monotonic clock

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401
        """The answer's JSON, or None where it has none. Logs in again when the session has ended.
        Raises Refused.
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return self._answer(method, path, self._signed(sent), body)
        except Refused as refused:
            if refused.status != UNAUTHORIZED:
                raise
        self._renew()
        return self._answer(method, path, self._signed(sent), body)

    @property
    def access_token(self) -> str:
        """One that is valid for a while."""
        if time.monotonic() > self._renew_at:
            self._renew()
        return str(self._tokens["access_token"])

    def _signed(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        return {**headers, "Authorization": f"Bearer {self.access_token}"}

    def _renew(self) -> None:
        """Uses the refresh token if it is still valid, and otherwise the password."""
        began = time.monotonic()
        try:
            old = self._tokens.get("refresh_token")
            wish = ("/api/refresh", {"refresh_token": old}) if old else ("/api/login", self._login)
            self._tokens = self._answer("POST", wish[0], {}, wish[1])
        except Refused as refused:
            if not self._tokens or refused.status != UNAUTHORIZED:
                raise
            self._tokens = self._answer("POST", "/api/login", {}, self._login)
        self._renew_at = began + self._tokens["expires_in_seconds"] - RENEW_SECONDS

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: object) -> Any:  # noqa: ANN401
        """Waits and tries again when the API says so. Raises Refused."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._http.request(method, path, headers=headers, json=body)
            wait = float(answer.headers.get("Retry-After", 1))
            if answer.status_code != THROTTLED or time.monotonic() + wait > deadline:
                break
            time.sleep(wait)
        document = answer.json() if answer.content else None
        if answer.is_error:
            raise Refused(answer.status_code, document or {})
        return document

    def send(self, bucket: str, key: str, destination_id: str, **wishes: Any) -> str:  # noqa: ANN401
        """The id of a new transfer of that object."""
        body = {
            "source": {"bucket": bucket, "key": key},
            "destination_id": destination_id,
            **wishes,
        }
        return str(self.call("POST", "/api/transfer", body)["id"])

    def state(self, transfer_id: str) -> Any:  # noqa: ANN401
        return self.call("GET", f"/api/transfer/{transfer_id}")

    def watch(self, transfer_id: str, seconds: float) -> Iterator[Any]:
        """State after state until the transfer has ended. Raises TimeoutError after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.state(transfer_id)
            yield state
            if state["status"] in ENDED:
                return
            time.sleep(self._every)
        raise TimeoutError(f"transfer {transfer_id} did not end within {seconds:g} s: {state}")

    def wait(self, transfer_id: str, seconds: float) -> Any:  # noqa: ANN401
        """The state in which it ended."""
        *_, last = self.watch(transfer_id, seconds)
        return last

    def register(self, destination: Mapping[str, Any], expected_host_key: str) -> Any:  # noqa: ANN401
        """Registers a destination, compares the key its server offers, pins it, and probes it."""
        path = f"/api/destinations/{destination['id']}"
        try:
            self.call("POST", "/api/destinations", dict(destination))
        except Refused as refused:
            if refused.problem.get("code") != "destination_exists":
                raise
            changes = {k: v for k, v in destination.items() if k not in {"id", "protocol"}}
            self.call("PATCH", path, changes | {"host_keys": []})
        offered = self.call("POST", f"{path}/test")["offered_host_key"]["key"]
        if offered.split()[:2] != expected_host_key.split()[:2]:
            raise ValueError(f"{destination['host']} offers another host key: {offered}")
        self.call("PATCH", path, {"host_keys": [offered]})
        return self.call("POST", f"{path}/test")

    def close(self) -> None:
        self._http.close()
