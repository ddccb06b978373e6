"""Step Functions in memory. It walks the real state machine definition of the transfer service."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

ASL = Path("services/transfer/workflow.asl.json")
SUBSTITUTES = {
    "WorkflowStepFunctionArn": "workflow-step",
    "Partition": "aws",
    "RetrySeconds": "1",
    "RetryCapSeconds": "1",
    "RetryAttempts": "2",
}
MAX_TRIES = 3  # of a step, with no wait between them
AT_ONCE = {"PermanentFailure", "MoveAgain", "SessionsBusy", "StandsBy"}  # told, without more tries
FOR_HOURS = 100  # tries


@dataclass
class Execution:
    """`state` is the next state to enter, or None at the end. With a `token` a callback is
    awaited."""

    input: dict[str, Any]
    state: str | None
    token: str | None = None


@dataclass
class InMemoryWorkflow:
    """`step` is called like the function workflow_step: (event) -> answer, or an exception."""

    step: Callable[[dict[str, Any]], Any]
    direct_below_bytes: int
    executions: dict[tuple[str, int], Execution] = field(default_factory=dict)
    entered: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = SUBSTITUTES | {"DirectBelowBytes": str(self.direct_below_bytes)}
        text = re.sub(r"\$\{(\w+)\}", lambda found: names[found[1]], ASL.read_text())
        self._definition = json.loads(text)

    # --- the Workflow port -----------------------------------------------------------------------

    def start(self, transfer_id: str, run: int) -> None:
        first = {"transfer_id": transfer_id, "run": run}
        self.executions.setdefault(
            (transfer_id, run), Execution(first, self._definition["StartAt"])
        )

    def state(self, transfer_id: str, run: int) -> Literal["absent", "running", "ended"]:
        execution = self.executions.get((transfer_id, run))
        if execution is None:
            return "absent"
        return "ended" if execution.state is None else "running"

    def succeed(self, task_token: str, *, delivered: bool = False) -> None:
        for execution in self.executions.values():
            if execution.token == task_token and execution.state:
                self._keep(execution, {"delivered": delivered})
                next_state = self._definition["States"][execution.state]["Next"]
                execution.token, execution.state = None, next_state

    def fail(self, task_token: str, error: str, cause: str) -> None:
        for execution in self.executions.values():
            if execution.token == task_token and execution.state:
                execution.token = None
                self._caught(execution, error, cause)

    # --- driving it ------------------------------------------------------------------------------

    def advance(self) -> bool:
        """Enters one state of one execution. False when all have ended or wait for a callback."""
        for execution in self.executions.values():
            if execution.state is not None and execution.token is None:
                self._enter(execution)
                return True
        return False

    def _enter(self, execution: Execution) -> None:
        name = str(execution.state)
        state = self._definition["States"][name]
        self.entered.append(name)
        if state["Type"] == "Choice":
            execution.state = self._chosen(state, execution.input)
            return
        event = self._payload(state) | execution.input
        waits = "waitForTaskToken" in state["Resource"]
        if waits:
            execution.token = event["task_token"] = f"token-{len(self.entered)}"
        try:
            answer = self._tried(event)
        except Exception as error:
            execution.token = None
            if _stays(state, type(error).__name__):
                return
            cause = {"errorMessage": str(error), "errorType": type(error).__name__}
            self._caught(execution, type(error).__name__, json.dumps(cause))
            return
        if not waits:
            self._keep(execution, answer)
        if not waits:
            execution.state = state.get("Next")

    def _keep(self, execution: Execution, result: Any) -> None:  # noqa: ANN401
        path = self._definition["States"][execution.state].get("ResultPath")
        if path is not None:
            execution.input[path.removeprefix("$.")] = result

    def _chosen(self, state: dict[str, Any], given: dict[str, Any]) -> str:
        for choice in state["Choices"]:
            if all(_holds(rule, given) for rule in choice.get("And", [choice])):
                return str(choice["Next"])
        return str(state["Default"])

    def _payload(self, state: dict[str, Any]) -> dict[str, Any]:
        """What the state tells its function besides its input."""
        parameters = state["Parameters"]
        payload = parameters.get("Payload", parameters)
        return {name: value for name, value in payload.items() if not name.endswith(".$")}

    def _tried(self, event: dict[str, Any]) -> Any:  # noqa: ANN401
        for attempt in range(MAX_TRIES):
            told = {"retry": event["retry"] | {"count": attempt}} if "retry" in event else {}
            try:
                return self.step(event | told)
            except Exception as error:
                never = type(error).__name__ in AT_ONCE
                if never or attempt == MAX_TRIES - 1:
                    raise
        return None

    def _caught(self, execution: Execution, error: str, cause: str) -> None:
        state = self._definition["States"][execution.state]
        if "Catch" not in state:
            execution.state = None
            return
        catcher = self._catcher(state, error)
        if catcher["ResultPath"] is not None:
            execution.input["error"] = {"Error": error, "Cause": cause}
        execution.state = catcher["Next"]

    def _catcher(self, state: dict[str, Any], error: str) -> dict[str, Any]:
        return next(
            each for each in state["Catch"] if {error, "States.ALL"} & set(each["ErrorEquals"])
        )


def _stays(state: dict[str, Any], error: str) -> bool:
    """Whether the state is entered again and again, until something outside has changed."""
    named = [each for each in state.get("Retry", ()) if error in each["ErrorEquals"]]
    return any(each["MaxAttempts"] > FOR_HOURS for each in named)


def _holds(rule: dict[str, Any], given: dict[str, Any]) -> bool:
    _, owner, name = rule["Variable"].split(".")
    if "IsPresent" in rule:
        return (name in given.get(owner, {})) is rule["IsPresent"]
    value = given[owner][name]
    below = rule.get("NumericLessThan")
    return value < below if below is not None else value is rule["BooleanEquals"]
