"""The canonical JSON of a proposal's content, and back.

Keys are sorted, nothing is blank between them, text is UTF-8 as it is. The content is read back
from that text only: what is done is what the digest is of.
"""

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from services.agent.domain.proposed import Action, Content, Kind, Sending, Steering, TicketWish

SCHEMA = "fileferry.proposal.v1"  # a content of another form gets another name
ACTIONS: Mapping[Kind, type[Sending] | type[Steering] | type[TicketWish]] = {
    Kind.START: Sending,
    Kind.BATCH: Sending,
    Kind.RETRY: Steering,
    Kind.PAUSE: Steering,
    Kind.RESUME: Steering,
    Kind.CANCEL: Steering,
    Kind.TICKET: TicketWish,
}


def canonical(content: Content) -> str:
    """Raises ValueError for a text that is no Unicode and for a figure that is no number."""
    told = {"schema": SCHEMA, **_plain(content)}
    text = json.dumps(
        told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    text.encode()
    return text


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(text: str) -> Content:
    """Raises ValueError for another schema, KeyError for a field that is missing."""
    told = json.loads(text)
    if told.pop("schema", None) != SCHEMA:
        raise ValueError(f"a proposal is no {SCHEMA}")
    found: Content = _read(Content, told)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.value if isinstance(value, StrEnum) else value


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401
    if hint == Action:
        return _read(ACTIONS[Kind(value["kind"])], value)
    if get_origin(hint) in {Union, types.UnionType}:
        inner = next(each for each in get_args(hint) if each is not types.NoneType)
        return None if value is None else _read(inner, value)
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], each) for each in value)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        kind: Any = hint
        return kind(**{name: _read(hints[name], value[name]) for name in hints})
    if hint is datetime:
        return datetime.fromisoformat(value)
    return Kind(value) if hint is Kind else value
