"""The state machine's definition, as the template fills it in."""

import ast
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from infra.stacks import find_stack
from kernel.outbox import CLAIM_SECONDS
from services.transfer.adapters.dynamodb_ledger_rows import LEDGER_ROW_LIFETIME
from services.transfer.domain.ledger import CLOCKS_DIFFER
from services.transfer.domain.part_file import MAKER_LIFETIME
from services.transfer.use_cases.steer_transfer import OLDEST_PART
from tests.infra.resources import resources

STATES_OF_THE_DESIGN = 11  # HandleError and the second way to move not counted
[MACHINE] = resources("AWS::Serverless::StateMachine", "transfer")
FUNCTION = "AWS::Serverless::Function"
OF_ITS_OWN = {"VerifyTarget": [["MoveAgain"]], "Publish": [["NotPublished"]]}
VALUES = {
    "WorkflowStepFunctionArn": "arn:aws:lambda:eu-central-1:1:function:step:live",
    "Partition": "aws",
    "DirectBelowBytes": "100000000",
    "RetrySeconds": "2",
    "RetryCapSeconds": "60",
    "RetryAttempts": "6",
}


@pytest.fixture(scope="module")
def states() -> dict[str, Any]:
    path = find_stack("transfer").folder / MACHINE.properties["DefinitionUri"]
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)\}", text))
    assert used == set(MACHINE.properties["DefinitionSubstitutions"]) == set(VALUES)
    for name, value in VALUES.items():
        text = text.replace("${" + name + "}", value)
    written: dict[str, Any] = json.loads(text)
    assert written["StartAt"] in written["States"]
    found: dict[str, Any] = written["States"]
    return found


def handled_steps() -> set[str]:
    """The keys of STEPS in the handler, read without importing it."""
    path = find_stack("transfer").folder / "handlers/workflow_step.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        named = isinstance(target, ast.Name) and target.id == "STEPS"
        if named and isinstance(value, ast.Dict):
            return {str(ast.literal_eval(key)) for key in value.keys if key}
    raise AssertionError("workflow_step.py has no STEPS")


def parameters_of(state: dict[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = state["Parameters"]
    payload: dict[str, Any] = parameters.get("Payload", parameters)
    return payload


def test_every_next_state_exists(states: dict[str, Any]) -> None:
    for name, state in states.items():
        following = [state.get("Next"), state.get("Default")]
        following += [each["Next"] for each in state.get("Choices", []) + state.get("Catch", [])]
        for next_name in filter(None, following):
            assert next_name in states, f"{name} -> {next_name}"


def test_every_task_is_a_step_of_its_name_and_every_step_a_task(states: dict[str, Any]) -> None:
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    for name, state in tasks.items():
        assert parameters_of(state)["step"] == name
    assert set(tasks) == handled_steps()


def test_every_task_retries_and_no_error_leaves_the_workflow(states: dict[str, Any]) -> None:
    for name, state in states.items():
        if state["Type"] == "Task":
            assert state["Retry"], name
            if name not in ("HandleError", "StoreOutcome", "Publish"):
                assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_every_task_gives_up_at_once_waits_for_sessions_and_repeats_all_else(
    states: dict[str, Any],
) -> None:
    """The first matching retrier counts: States.TaskFailed would match the two others, too."""
    for name, state in states.items():
        if state["Type"] == "Task":
            *of_its_own, permanent, busy, rest = state["Retry"]
            assert [each["ErrorEquals"] for each in of_its_own] == OF_ITS_OWN.get(name, []), name
            assert permanent == {"ErrorEquals": ["PermanentFailure"], "MaxAttempts": 0}, name
            assert busy["ErrorEquals"] == ["SessionsBusy"], name
            assert set(rest["ErrorEquals"]) == {"States.TaskFailed", "States.Timeout"}, name
            assert busy["MaxAttempts"] > 100 * rest["MaxAttempts"] > 0, name
            for retrier in (busy, rest):
                assert retrier["BackoffRate"] > 1, name
                assert retrier["MaxDelaySeconds"] == int(VALUES["RetryCapSeconds"]), name
                assert retrier["JitterStrategy"] == "FULL", name


def test_what_differs_is_moved_again_at_once_and_nothing_else_goes_back(
    states: dict[str, Any],
) -> None:
    verify = states["VerifyTarget"]
    assert verify["Retry"][0] == {"ErrorEquals": ["MoveAgain"], "MaxAttempts": 0}
    assert verify["Catch"][0] == {
        "ErrorEquals": ["MoveAgain"],
        "ResultPath": None,
        "Next": "ChooseBySize",
    }


def test_publishing_is_tried_for_longer_than_a_dead_publishers_claim_lasts(
    states: dict[str, Any],
) -> None:
    retrier = states["Publish"]["Retry"][0]
    assert "JitterStrategy" not in retrier  # it could make all waits short
    waits = [
        min(
            retrier["MaxDelaySeconds"],
            retrier["IntervalSeconds"] * retrier["BackoffRate"] ** number,
        )
        for number in range(retrier["MaxAttempts"])
    ]
    assert sum(waits) > 2 * CLAIM_SECONDS


def test_a_step_has_ended_before_what_it_recorded_counts_as_settled() -> None:
    [step] = [each for each in resources(FUNCTION, "transfer") if "WorkflowStep" in each.logical_id]
    assert timedelta(seconds=step.properties["Timeout"]) + CLOCKS_DIFFER <= MAKER_LIFETIME


def test_rows_of_a_ledger_outlive_the_last_run_that_may_need_them() -> None:
    path = find_stack("transfer").folder / MACHINE.properties["DefinitionUri"]
    text = path.read_text(encoding="utf-8")
    run = timedelta(seconds=int(re.findall(r'"TimeoutSeconds": (\d+)', text)[0]))
    assert OLDEST_PART + run < LEDGER_ROW_LIFETIME


@pytest.mark.parametrize("error", ["PermanentFailure", "SessionsBusy", "MoveAgain"])
def test_the_retriers_name_errors_that_the_steps_raise(error: str) -> None:
    """By the name of their class: nothing else tells the state machine."""
    path = find_stack("transfer").folder / "handlers/workflow_step.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert error in {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def test_who_waits_for_a_worker_sends_the_token(states: dict[str, Any]) -> None:
    waiting = {
        name for name, state in states.items() if ".waitForTaskToken" in state.get("Resource", "")
    }
    assert waiting == {"MoveDirect", "MoveChunks"}
    for name in waiting:
        assert parameters_of(states[name])["task_token.$"] == "$$.Task.Token"


def test_the_workflow_logs_no_input(states: dict[str, Any]) -> None:
    assert MACHINE.properties["Logging"]["IncludeExecutionData"] is False
    assert MACHINE.properties["Tracing"] == {"Enabled": True}
    assert len(states) >= STATES_OF_THE_DESIGN
