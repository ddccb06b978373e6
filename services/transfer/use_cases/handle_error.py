"""State HandleError: stores the reason of a failure, whichever state it came from."""

import json
from collections.abc import Mapping

from services.transfer.domain.failure import Failure
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain.words import Words
from services.transfer.domain_services.fail_transfer import fail_transfer


def handle_error(run: RunId, error: object, *, ports: Ports) -> None:
    """`error` is the workflow's {Error, Cause}. A reason that was stored before stays."""
    fail_transfer(run, failure_of(error), ports=ports)


def failure_of(error: object) -> Failure:
    """An error that a step raised has its failure as JSON in the cause's errorMessage (see the
    handler workflow_step). Anything else went wrong inside FileFerry or AWS. Never raises: this is
    the last state that can tell a reason."""
    told = error if isinstance(error, Mapping) else {}
    cause = _fields(told.get("Cause"))
    reason = _fields(cause.get("errorMessage"))
    code, message, retryable = (reason.get(name) for name in ("code", "message", "retryable"))
    if isinstance(code, str) and isinstance(message, str) and isinstance(retryable, bool):
        return Failure(code, message, retryable)
    name = Words(str(told.get("Error") or "an unknown error"))
    return Failure(
        "internal_error",
        f"A step of the workflow ended with {name}. Retry the transfer; if it fails again,"
        " look for the transfer's id in the log of the workflow's steps.",
        retryable=True,
    )


def _fields(document: object) -> Mapping[str, object]:
    """The object in a JSON text. Empty where there is none, as in a cause that was cut off."""
    if not isinstance(document, str):
        return {}
    try:
        read = json.loads(document)
    except (ValueError, RecursionError):  # a hostile text may be nested without end
        return {}
    return read if isinstance(read, dict) else {}
