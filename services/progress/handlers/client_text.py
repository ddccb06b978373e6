"""Reads what a client sent. Whatever it is, the answer names it, cleaned and shortened."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from contracts.contract import Contract
from contracts.problem import MAX_ECHO, field_errors
from contracts.websocket.client_messages import CLIENT_MESSAGES, Ping
from services.progress.domain.errors import (
    ActionUnknown,
    BinaryMessage,
    MessageInvalid,
    MessageTooLarge,
)

MAX_BYTES = 32_768  # of one frame; API Gateway would take 128 KB in several
MAX_TEXT = 600  # characters of an answer to a mistake
MAX_MISTAKES = 3  # of one message that are worth naming


def read_client_text(event: Mapping[str, Any]) -> Contract:
    """Raises Refused."""
    if event.get("isBase64Encoded"):
        raise BinaryMessage
    text = str(event.get("body") or "")
    size = len(text.encode(errors="replace"))
    if size > MAX_BYTES:
        raise MessageTooLarge(size, MAX_BYTES)
    known = ", ".join(CLIENT_MESSAGES)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        advice = f'Send JSON such as {{"action": "ping"}}. There are: {known}.'
        raise MessageInvalid(f"This is no JSON: {_seen(text)}.", advice) from None
    action = found.get("action") if isinstance(found, dict) else None
    if not isinstance(action, str) or action not in CLIENT_MESSAGES:
        raise ActionUnknown(_seen(text if action is None else action), known)
    return _read(text, CLIENT_MESSAGES[action])


def request_id_of(event: Mapping[str, Any]) -> str | None:
    """That of a message which may be wrong otherwise. None where it has no valid one."""
    try:
        found = json.loads(str(event.get("body") or ""))
        asked = found.get("request_id") if isinstance(found, dict) else None
        return Ping(action="ping", request_id=asked).request_id
    except (ValueError, RecursionError):
        return None


def _read(text: str, model: type[Contract]) -> Contract:
    try:
        return model.model_validate_json(text)
    except ValidationError as invalid:
        errors = field_errors(invalid, model)[:MAX_MISTAKES]
        what = "; ".join(str(each).removeprefix("body: ").rstrip(".") for each in errors)
        what = _seen(what, quoted=False, most=MAX_TEXT)
        advice = "docs/websocket.md has the fields of each action."
        raise MessageInvalid(f"{what}.", advice) from None


def _seen(value: object, *, quoted: bool = True, most: int = MAX_ECHO) -> str:
    """On one line, without what a terminal would act on."""
    text = str(value)[: most + 1]
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:most])
    shown += "..." if len(text) > most else ""
    return f"'{shown}'" if quoted else shown
