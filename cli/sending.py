"""Starts a transfer once, also when the network loses the request or its answer."""

from typing import Any

from cli.errors import CommandFailed, TransferFailed
from cli.http import AnswerLost
from cli.invocation import Invocation

CONFLICT = 409


def start_transfer(invocation: Invocation, body: dict[str, Any], key: str) -> Any:  # noqa: ANN401
    """The new transfer's JSON document; with a `key` that was used before, that transfer's.

    Raises TransferFailed when the object or the destination is not fit to be sent, as it would be
    after the start.
    """
    try:
        document = invocation.client.call(
            "POST", "/api/transfer", body=body, headers={"Idempotency-Key": key}
        )
    except AnswerLost as lost:
        raise AnswerLost(f"{lost.message} {_again(key)}") from lost
    except KeyboardInterrupt:
        invocation.output.warn(f"It may have been started: see `fileferry list`. {_again(key)}")
        raise
    except CommandFailed as refused:
        if refused.status != CONFLICT or refused.code == "idempotency_conflict":
            raise
        raise TransferFailed(
            refused.message,
            code=refused.code,
            status=refused.status,
            request_id=refused.request_id,
        ) from refused
    if not isinstance(document, dict) or not isinstance(document.get("id"), str):
        raise CommandFailed("The answer names no transfer: look for it with `fileferry list`.")
    return document


def _again(key: str) -> str:
    return f"To send it once in any case, repeat it with --idempotency-key {key}"
