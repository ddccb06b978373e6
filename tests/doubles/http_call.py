"""One call of a double, and its answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Call:
    """`path` is decoded and has no query. Header names are in lower case. `number` counts from 1.
    Of doubled names in the query the last one counts."""

    number: int
    at: datetime
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:  # noqa: ANN401
        """Raises ValueError for what is no JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """`timed` are the pieces of the body with the seconds of silence before each, for a body that
    is not there at once."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    timed: Sequence[tuple[float, bytes]] = ()


def json_answer(status: int, document: object, headers: Mapping[str, str] | None = None) -> Answer:
    content = {"Content-Type": "application/json;charset=UTF-8", **(headers or {})}
    return Answer(status, json.dumps(document, ensure_ascii=False).encode(), content)


def text_answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    content = {"Content-Type": "text/plain;charset=UTF-8", **(headers or {})}
    return Answer(status, text.encode(), content)


def call_of(number: int, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Call:
    parts = urlsplit(target)
    return Call(
        number=number,
        at=datetime.now(UTC),
        method=method,
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
    )
