"""The workflow on Step Functions. Each run of a transfer has one execution, named after the run."""

import json
from typing import Any, Literal

from botocore.exceptions import ClientError

ARN_PARTS = 7  # of a state machine; the alias would be the eighth
NOBODY_WAITS = frozenset({"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"})
MAX_CAUSE_CHARACTERS = 32_768
MAX_ERROR_CHARACTERS = 256


class StepFunctionsWorkflow:
    """Implements Workflow."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        """The ARN is that of a state machine or of its alias. An alias starts the version that it
        stands for. An execution's own ARN has neither."""
        self._client, self._machine = client, state_machine_arn
        unqualified = ":".join(state_machine_arn.split(":")[:ARN_PARTS])
        self._executions = unqualified.replace(":stateMachine:", ":execution:", 1)

    def start(self, transfer_id: str, run: int) -> None:
        try:
            self._client.start_execution(
                stateMachineArn=self._machine,
                name=_name(transfer_id, run),
                input=json.dumps({"transfer_id": transfer_id, "run": run}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def state(self, transfer_id: str, run: int) -> Literal["absent", "running", "ended"]:
        arn = f"{self._executions}:{_name(transfer_id, run)}"
        try:
            answer = self._client.describe_execution(executionArn=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return "absent"
            raise
        return "running" if answer["status"] == "RUNNING" else "ended"

    def succeed(self, task_token: str, *, delivered: bool = False) -> None:
        output = json.dumps({"delivered": delivered})
        self._answer(self._client.send_task_success, taskToken=task_token, output=output)

    def fail(self, task_token: str, error: str, cause: str) -> None:
        self._answer(
            self._client.send_task_failure,
            taskToken=task_token,
            error=error[:MAX_ERROR_CHARACTERS],
            cause=cause[:MAX_CAUSE_CHARACTERS],
        )

    def _answer(self, call: Any, **arguments: str) -> None:
        try:
            call(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOBODY_WAITS:
                raise


def _name(transfer_id: str, run: int) -> str:
    return f"{transfer_id}-{run}"
