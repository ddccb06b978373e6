"""State HandleError: writes down why, whatever went wrong in whichever state."""

import json
from collections.abc import Mapping

from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Failure, RunId
from services.transfer.domain_services.fail_transfer import fail_transfer


def handle_error(run: RunId, error: Mapping[str, str], *, ports: Ports) -> None:
    """`error` is the workflow's {Error, Cause}. A failure written down before keeps its reason."""
    fail_transfer(run, failure_of(error), ports=ports)


def failure_of(error: Mapping[str, str]) -> Failure:
    """A step's own error carries its failure as JSON in the cause's errorMessage (see the
    workflow_step handler); anything else went wrong inside FileFerry or AWS."""
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
