"""Calls FileFerry's own REST API as a user does, with a token.

document = RestApi(http, api_url).call(Request("GET", "/api/me"), token)
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from runtime.guarded_http import CallFailed, GuardedHttp, HttpAnswer

FIRST_ERROR = 400


@dataclass(frozen=True)
class Request:
    """`path` begins with /api. The values of `parts` take the places of its {names}."""

    method: str
    path: str
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None  # JSON
    idempotency_key: str | None = None

    @property
    def target(self) -> str:
        """Raises ValueError for a part that cannot stand in a path: some read '..' as a way up."""
        for name, value in self.parts.items():
            if value in ("", ".", ".."):
                raise ValueError(f"{name} is {value!r}")
        path = self.path.format_map({name: quote(v, safe="") for name, v in self.parts.items()})
        return f"{path}?{urlencode(self.query)}" if self.query else path


class NoAnswer(Exception):
    """Nothing came back that the API would answer. What was asked for may be done."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Refusal(Exception):
    """The API answered with an error. `code` and `detail` are those of its problem, if it has
    any. They may repeat what somebody else wrote, so the text of this error has none of it."""

    def __init__(self, status: int, code: str | None, detail: str | None) -> None:
        self.status, self.code, self.detail = status, code, detail
        super().__init__(f"it answered {status}")


class RestApi:
    """`url` is the address without '/api'. Threads may share this object."""

    def __init__(self, http: GuardedHttp, url: str) -> None:
        self._http, self._url = http, url.rstrip("/")

    def call(self, request: Request, token: SecretStr | None, *, seconds: float = math.inf) -> Any:  # noqa: ANN401 - JSON
        """The document of the answer, None where it has no body. Raises Refusal and NoAnswer."""
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        if request.idempotency_key is not None:
            headers["Idempotency-Key"] = request.idempotency_key
        content = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.body).encode()
        try:
            answer = self._http.send(
                request.method, f"{self._url}{request.target}", headers, content, seconds=seconds
            )
        except CallFailed as failed:
            raise NoAnswer(failed.reason) from None
        return _document(answer)


def _document(answer: HttpAnswer) -> Any:  # noqa: ANN401 - JSON
    try:
        found = json.loads(answer.body) if answer.body else None
    except (ValueError, RecursionError):
        raise NoAnswer(f"it answered {answer.status} without JSON") from None
    if answer.status >= FIRST_ERROR:
        problem = found if isinstance(found, dict) else {}
        raise Refusal(answer.status, _text(problem, "code"), _text(problem, "detail"))
    return found


def _text(problem: Mapping[str, Any], name: str) -> str | None:
    found = problem.get(name)
    return found if isinstance(found, str) else None
