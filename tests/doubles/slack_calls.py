"""What a call of Slack says, and how it is told that it failed."""

from typing import Any
from urllib.parse import parse_qsl

from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.slack_workspace import WEBHOOK
from tests.doubles.strict_json import strict_json


def wrong_address(path: str) -> str:
    given, known = path.split("/")[2:], WEBHOOK.split("/")[2:]
    errors = ("no_team", "no_service", "invalid_token")
    if len(given) != len(known):
        return "no_team"
    pairs = zip(given, known, errors, strict=True)
    return next((error for mine, theirs, error in pairs if mine != theirs), "")


def webhook_message(call: Call) -> dict[str, Any]:
    """Raises ValueError."""
    form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    message = strict_json(dict(parse_qsl(call.text)).get("payload", "") if form else call.body)
    if not isinstance(message, dict):
        raise ValueError("the payload is no JSON object")
    return message


def arguments(call: Call) -> dict[str, Any]:
    """Raises ValueError. In a form, blocks and attachments are JSON."""
    if call.headers.get("content-type", "").startswith("application/json"):
        asked = strict_json(call.body)
        if not isinstance(asked, dict):
            raise ValueError("the arguments are no JSON object")
        return asked
    form: dict[str, Any] = dict(parse_qsl(call.text))
    return form | {n: strict_json(form[n]) for n in ("blocks", "attachments") if n in form}


def failed(
    error: str, problems: list[str] | None = None, *, status: int = 200, wait: int | None = None
) -> Answer:
    document: dict[str, Any] = {"ok": False, "error": error}
    if problems:
        document["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in problems]}
    return json_answer(status, document, {} if wait is None else {"Retry-After": str(wait)})
