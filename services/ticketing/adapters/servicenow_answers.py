"""Turns what ServiceNow answers into documents, and its refusals into errors of the domain."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runtime.guarded_http import HttpAnswer
from services.ticketing.adapters.servicenow_waits import asked_wait, hourly_limit
from services.ticketing.domain.errors import (
    DeskError,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
)

LONGEST_SAID = 300  # characters
AGAIN_LATER = frozenset({408, 425})
NO_REASON = "it gives no reason"


def document_of(answer: HttpAnswer) -> Mapping[str, Any] | None:
    """None for everything that is no JSON object, as a login page."""
    try:
        found = json.loads(answer.body)
        json.dumps(found, ensure_ascii=False).encode()  # halves of characters are no text
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def said_by(document: Mapping[str, Any] | None) -> str:
    """Its reason in one line, of ServiceNow's own form or that of OAuth."""
    if document is None:
        return NO_REASON
    error = document.get("error")
    parts = (
        [error.get("message"), error.get("detail")]
        if isinstance(error, dict)
        else [error, document.get("error_description")]
    )
    return clean(": ".join(each for each in parts if isinstance(each, str) and each)) or NO_REASON


def clean(text: str) -> str:
    """Control characters break lines, and others hide or reorder text."""
    visible = "".join(each if each.isprintable() else " " for each in text[: 10 * LONGEST_SAID])
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST_SAID else line[: LONGEST_SAID - 1] + "…"


def refusal_of(
    answer: HttpAnswer, *, host: str, table: str, writes: bool, now: datetime
) -> DeskError:
    """For every status but 2xx and 401."""
    said, status = said_by(document_of(answer)), answer.status
    wait = asked_wait(answer.headers, now)
    if status == 429:
        return Throttled(wait, hourly_limit(answer.headers))
    if status in AGAIN_LATER:
        return Unavailable(status, said, wait)
    if status >= 500:
        # Proxies say 502 and 504 when the instance does not answer in time. It may go on.
        refused = status == 503 or "retry-after" in answer.headers
        if writes and not refused:
            return OutcomeUnknown(host, f"it answers {status}: {said}")
        return Unavailable(status, said, wait)
    if 300 <= status < 400:
        said = "it leads elsewhere, so the url in the secret is not the instance's own"
    return Refused(status, said, table)
