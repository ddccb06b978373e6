"""Calls a function of a stage that people call by hand."""

import json
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from infra.stage import stage_client

# A function takes 120 s at most. A second try would be a second call while the first still runs.
CALLS = Config(
    connect_timeout=5, read_timeout=150, retries={"total_max_attempts": 1}, tcp_keepalive=True
)


class CallRefused(Exception):
    """The function did not do it. `kind` is the class of its error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


def functions_of(stage: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """What call_function takes."""
    return stage_client(stage, "lambda", CALLS)


def call_function(
    functions: Any,  # noqa: ANN401 - boto3 has no types
    stage: str,
    service: str,
    purpose: str,
    event: dict[str, Any],
) -> Any:  # noqa: ANN401 - what the function answers
    """`purpose` is the function's name within its service. Raises CallRefused."""
    name = f"fileferry-{stage}-{service}-{purpose}"
    try:
        answer = functions.invoke(
            FunctionName=name, Qualifier="live", Payload=json.dumps(event).encode()
        )
    except ReadTimeoutError:
        raise CallRefused("NoAnswer", f"{name} did not answer in time. Look at its log.") from None
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        advice = f"There is no function {name}. Deploy it: make deploy-{service} STAGE={stage}"
        raise CallRefused("NotDeployed", advice) from None
    told = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise CallRefused(str(told.get("errorType")), str(told.get("errorMessage")))
    return told
