"""State HandleError: stores the reason of a failure, whichever state it came from."""

import json
from collections.abc import Mapping

from services.transfer.domain.failure import Failure
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain_services.fail_transfer import fail_transfer


def handle_error(run: RunId, error: Mapping[str, str], *, ports: Ports) -> None:
    """`error` is the workflow's {Error, Cause}. A reason that was stored before stays."""
    fail_transfer(run, failure_of(error), ports=ports)


def failure_of(error: Mapping[str, str]) -> Failure:
    """An error that a step raised has its failure as JSON in the cause's errorMessage (see the
    handler workflow_step). Anything else went wrong inside FileFerry or AWS."""
    try:
        cause = json.loads(error["Cause"])
        message = cause["errorMessage"]
        told = json.loads(message)
        return Failure(str(told["code"]), str(told["message"]), bool(told["retryable"]))
    except (KeyError, TypeError, ValueError):
        name = error.get("Error", "an unknown error")
        return Failure(
            "internal_error",
            f"A step of the workflow ended with {name}. Retry the transfer; if it fails again,"
            " look for the transfer's id in the log of the workflow's steps.",
            retryable=True,
        )
