"""Answers that are no success: the API's problem document as an error of the command."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.advice import advice
from cli.errors import (
    CommandFailed,
    NoRight,
    NotFound,
    NotSignedIn,
    TransferFailed,
    Unreachable,
    UsageFailed,
)
from cli.escaping import escaped

MAX_SENTENCE = 2_000  # characters; nobody reads more, and nobody may flood a terminal
LOGIN_ADVICE = "log in with `fileferry login`"

# 502 is said by FileFerry itself: S3, the partner or the identity provider failed it.
_KINDS: Mapping[int, type[CommandFailed]] = {
    400: UsageFailed,
    401: NotSignedIn,
    403: NoRight,
    404: NotFound,
    413: UsageFailed,
    502: TransferFailed,
    503: Unreachable,
    504: Unreachable,
}
# Said by an agent that works: neither the partner nor the way to FileFerry is at fault.
_OF_THE_AGENT = frozenset(
    {"agent_off", "confirm_not_done", "confirm_unclear", "confirm_unfinished", "teams_off"}
)


def refusal(status: int, problem: Mapping[str, Any]) -> CommandFailed:
    """`problem` is what came as one. It is not trusted: it may be any JSON object, or empty."""
    code, detail = _text(problem.get("code")), _text(problem.get("detail"))
    if code is None or detail is None:
        return _stranger(status)
    kind = _KINDS.get(status, CommandFailed)
    if code in _OF_THE_AGENT:
        kind = CommandFailed
    if status == 404 and code == "no_route":
        kind = CommandFailed  # the address is wrong, not the name
        detail = "There is no such route: check the address with `fileferry config get url`."
    if status == 401 and code == "unauthorized":
        detail = f"You are not logged in, or not any more: {LOGIN_ADVICE}."
    message = " ".join([advice(detail), *_wrong_fields(problem, detail)])
    request_id = _text(problem.get("request_id"))
    return kind(message, code=code, status=status, request_id=request_id)


def _stranger(status: int) -> CommandFailed:
    """Something in between answered, or the address is another program's."""
    kind = Unreachable if status in (502, 503, 504) or 300 <= status < 400 else CommandFailed
    kind = NotSignedIn if status == 401 else kind
    return kind(
        f"The answer (HTTP {status}) is not FileFerry's: check the address with"
        " `fileferry config get url`, and the proxy.",
        status=status,
    )


def _text(value: object) -> str | None:
    return escaped(value[:MAX_SENTENCE]) if isinstance(value, str) and value else None


def _list(value: object) -> list[Any]:
    return value[:20] if isinstance(value, list) else []


def _wrong_fields(problem: Mapping[str, Any], detail: str) -> Iterator[str]:
    """What is wrong with each field, unless the sentence has said it."""
    for error in _list(problem.get("errors")):
        found = error if isinstance(error, dict) else {}
        field, message = _text(found.get("field")), _text(found.get("message"))
        if field and message and message not in detail:
            yield f"{field}: {message}"
