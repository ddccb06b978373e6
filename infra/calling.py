"""Calls a function of a stage that people call by hand."""

import json
from typing import Any

from botocore.exceptions import ClientError


class CallRefused(Exception):
    """The function did not do it. `kind` is the class of its error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


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
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        advice = f"There is no function {name}. Deploy it: make deploy-{service} STAGE={stage}"
        raise CallRefused("NotDeployed", advice) from None
    told = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise CallRefused(str(told.get("errorType")), str(told.get("errorMessage")))
    return told
