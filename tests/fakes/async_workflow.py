"""Step Functions with slow functions: a state times out, and its function lives on."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.actors import Actor
from tests.fakes.workflow import Execution, InMemoryWorkflow

DEFAULT_ATTEMPTS = 3  # of a retrier that names no number
Start = Callable[[str, Callable[[], object], Callable[[Actor], None]], Actor]


@dataclass
class Attempt:
    """One try of a state. Its function may live longer than anybody waits for it."""

    state: str
    event: dict[str, Any]
    waits: bool  # for a callback
    awaited: bool = True
    actors: list[Actor] = field(default_factory=list)


@dataclass
class Running(Execution):
    """`attempt` is what is awaited now. It is None when the state is to be entered (again)."""

    attempt: Attempt | None = None
    retried: dict[int, int] = field(default_factory=dict)  # in this state, by retrier
    not_before: float = 0.0


class AsyncWorkflow(InMemoryWorkflow):
    """The world gives `start_actor` and `elapsed` (seconds)."""

    start_actor: Start
    elapsed: Callable[[], float]

    # --- the Workflow port -----------------------------------------------------------------------

    def start(self, transfer_id: str, run: int) -> None:
        first = {"transfer_id": transfer_id, "run": run}
        key = (transfer_id, run)
        if key not in self.executions:
            self.executions[key] = Running(first, self._definition["StartAt"])

    def succeed(self, task_token: str, *, delivered: bool = False) -> None:
        for execution in self.running():
            if execution.token == task_token:
                self._keep(execution, {"delivered": delivered})
                self._next(execution)

    def fail(self, task_token: str, error: str, cause: str) -> None:
        for execution in self.running():
            if execution.token == task_token:
                self._failed(execution, error, cause)

    # --- driving it ------------------------------------------------------------------------------

    def running(self) -> list[Running]:
        found = (each for each in self.executions.values() if isinstance(each, Running))
        return [each for each in found if each.state is not None]

    def due(self) -> list[Running]:
        """The executions that have a state to enter now."""
        now = self.elapsed()
        return [each for each in self.running() if each.attempt is None and each.not_before <= now]

    def next_due(self) -> float | None:
        waits = [each.not_before for each in self.running() if each.attempt is None]
        return min(waits, default=None)

    def awaiting(self) -> list[Running]:
        return [execution for execution in self.running() if execution.attempt is not None]

    def enter(self, execution: Running) -> None:
        """The state's function begins, as an actor."""
        name = str(execution.state)
        state = self._definition["States"][name]
        self.entered.append(name)
        if state["Type"] == "Choice":
            self._go_to(execution, self._chosen(state, execution.input))
            return
        event = self._payload(state) | execution.input
        if "retry" in event:
            event["retry"] = event["retry"] | {"count": sum(execution.retried.values())}
        waits = "waitForTaskToken" in state["Resource"]
        if waits:
            execution.token = event["task_token"] = f"token-{len(self.entered)}"
        execution.attempt = Attempt(name, event, waits)
        self.deliver(execution, execution.attempt)

    def deliver(self, execution: Running, attempt: Attempt) -> None:
        """Calls the function, once more where it was called before."""

        def answered(actor: Actor) -> None:
            if not attempt.awaited or execution.attempt is not attempt:
                return
            if not actor.alive:
                self._failed(execution, "Lambda.Unknown", "{}")
            elif actor.error is not None:
                kind = type(actor.error).__name__
                cause = {"errorMessage": str(actor.error), "errorType": kind}
                self._failed(execution, kind, json.dumps(cause))
            elif not attempt.waits:
                self._answer(execution, actor.answer)

        run = attempt.event["run"]
        name = attempt.state if run == 1 else f"{attempt.state}/run{run}"
        attempt.actors.append(
            self.start_actor(name, lambda: self.step(dict(attempt.event)), answered)
        )

    def time_out(self, execution: Running) -> None:
        """Nobody waits for the function any more, but the function does not know it."""
        self._failed(execution, "States.Timeout", "")

    def vanish(self, execution: Running) -> None:
        """The execution was aborted, or its whole time is up."""
        self._forget(execution)
        execution.state = None

    def _answer(self, execution: Running, answer: object) -> None:
        self._keep(execution, answer)
        self._next(execution)

    def _next(self, execution: Running) -> None:
        self._go_to(execution, self._definition["States"][execution.state].get("Next"))

    def _go_to(self, execution: Running, state: str | None) -> None:
        self._forget(execution)
        execution.retried.clear()
        execution.state = state

    def _forget(self, execution: Running) -> None:
        if execution.attempt is not None:
            execution.attempt.awaited = False
        execution.attempt = execution.token = None

    def _failed(self, execution: Running, error: str, cause: str) -> None:
        state = self._definition["States"][execution.state]
        for number, retrier in enumerate(state.get("Retry", [])):
            if _matches(error, retrier["ErrorEquals"]):
                tried = execution.retried.get(number, 0)
                if tried >= retrier.get("MaxAttempts", DEFAULT_ATTEMPTS):
                    break
                execution.retried[number] = tried + 1
                execution.not_before = self.elapsed() + retrier.get("IntervalSeconds", 1)
                self._forget(execution)
                return
        if "Catch" not in state:
            self.vanish(execution)
            return
        catcher = self._catcher(state, error)
        if catcher["ResultPath"] is not None:
            execution.input["error"] = {"Error": error, "Cause": cause}
        self._go_to(execution, catcher["Next"])


def _matches(error: str, names: list[str]) -> bool:
    any_but_timeout = "States.TaskFailed" in names and error != "States.Timeout"
    return error in names or "States.ALL" in names or any_but_timeout
