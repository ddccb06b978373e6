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
from services.transfer.domain.leases import CLOCKS_DIFFER
from services.transfer.domain.part_file import MAKER_LIFETIME
from services.transfer.use_cases.retry_transfer import OLDEST_PART
from tests.infra.resources import resources

STATES_OF_THE_DESIGN = 12  # HandleError and the second way to move not counted
[MACHINE] = resources("AWS::Serverless::StateMachine", "transfer")
FUNCTION = "AWS::Serverless::Function"
OF_ITS_OWN = {"VerifyTarget": [["MoveAgain"]], "Publish": [["NotPublished"]]}
SILENT = {"HandleError", "CleanUp", "StoreOutcome", "Publish"}
WAITS = "Waits"  # ends the name of a state that waits for a session
MOVES = {"MoveDirect", "MoveChunks"}
AT_THE_PARTNER = {"VerifyTarget", "CommitTarget", "CleanUp"}
MOVED_TWICE = {"ChooseBySize", *MOVES, "ChooseByDelivery", "VerifyTarget"}
BUSY = [["SessionsBusy"], ["StandsBy"], ["StepBusy"]]
LEASE_SECONDS = 90
MOST_EVENTS = 25_000  # with more in its history, Step Functions fails an execution
ENTERED_AND_EXITED = 2
EVENTS_OF_A_TRY = 5  # scheduled, started, submitted, succeeded or failed, and one to spare
# Append only. Executions that began with an earlier definition run on, for hours and across a
# rollback, and call the function as it is then. A step may go from here when none of them is left.
STEPS_EVER_CALLED = {
    *("ValidateRequest", "AuthorizeReader", "InspectSource", "MoveDirect", "MoveChunks"),
    *("AwaitSession", "VerifyTarget", "CommitTarget", "CleanUp", "StoreOutcome", "Publish"),
    "HandleError",
}
VALUES = {
    "WorkflowStepFunctionArn": "arn:aws:lambda:eu-central-1:1:function:step:live",
    "Partition": "aws",
    "DirectBelowBytes": "100000000",
    "RetrySeconds": "2",
    "RetryCapSeconds": "60",
    "RetryAttempts": "6",
}


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    path = find_stack("transfer").folder / MACHINE.properties["DefinitionUri"]
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)\}", text))
    assert used == set(MACHINE.properties["DefinitionSubstitutions"]) == set(VALUES)
    for name, value in VALUES.items():
        text = text.replace("${" + name + "}", value)
    written: dict[str, Any] = json.loads(text)
    assert written["StartAt"] in written["States"]
    return written


@pytest.fixture(scope="module")
def states(definition: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = definition["States"]
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
        assert parameters_of(state)["step"] == ("AwaitSession" if is_wait(name) else name)
    steps = {name for name in tasks if not is_wait(name)}
    assert steps | {"AwaitSession"} == handled_steps()


def test_every_step_at_the_partner_waits_for_a_session_and_comes_back(
    states: dict[str, Any],
) -> None:
    """Another step asks for none."""
    waits = {name.removesuffix(WAITS) for name in states if is_wait(name)}
    assert waits == AT_THE_PARTNER
    for name in waits:
        first = {"ErrorEquals": ["SessionsBusy"], "ResultPath": None, "Next": name + WAITS}
        assert first in states[name]["Catch"][:-1]
        wait = states[name + WAITS]
        assert wait["Next"] == name
        assert parameters_of(wait)["before"] == name
        timed_out, gone = wait["Catch"]
        assert timed_out == {"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": name}
        assert gone == states[name]["Catch"][-1]
        assert all("States.Timeout" not in each["ErrorEquals"] for each in wait["Retry"])


def test_a_transfer_that_waits_for_a_session_as_long_as_it_may_stays_far_below_the_limit(
    definition: dict[str, Any],
) -> None:
    """Counts the events of an execution's history. No wait is longer than the `TimeoutSeconds` of
    the whole."""
    states, worst = definition["States"], 0
    for name in AT_THE_PARTNER:
        wait = states[name + WAITS]
        rounds = definition["TimeoutSeconds"] // wait["TimeoutSeconds"] + 1
        usual = rounds * (events(states[name], tries=1) + events(wait, tries=1))
        assert usual < MOST_EVENTS / 4, name
        # each of its calls fails as often as it may, each time
        worst = max(worst, rounds * (events(states[name], tries=1) + events(wait)))
    # besides, everything is tried as often as it may be, and twice where it may be moved again
    besides = sum(
        events(state) * (2 if name in MOVED_TWICE else 1)
        for name, state in states.items()
        if not is_wait(name)
    )
    assert worst + besides < MOST_EVENTS


def events(state: dict[str, Any], tries: int | None = None) -> int:
    """The most events of one visit to the state. `tries` None stands for all tries that its
    retriers allow."""
    if tries is None:
        tries = 1 + sum(retrier["MaxAttempts"] for retrier in state.get("Retry", []))
    return ENTERED_AND_EXITED + tries * EVENTS_OF_A_TRY


def is_wait(name: str) -> bool:
    return name.endswith(WAITS)


def test_every_task_retries_and_no_error_leaves_the_workflow(states: dict[str, Any]) -> None:
    for name, state in states.items():
        if state["Type"] == "Task":
            assert state["Retry"], name
            if name not in ("HandleError", "StoreOutcome", "Publish"):
                assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_every_task_gives_up_or_goes_to_wait_at_once_and_repeats_all_else(
    states: dict[str, Any],
) -> None:
    """The first matching retrier counts: States.TaskFailed would match the others, too."""
    for name, state in states.items():
        if state["Type"] == "Task":
            *before, rest = state["Retry"]
            permanent, *busy = before[len(OF_ITS_OWN.get(name, [])) :]
            of_its_own = [each["ErrorEquals"] for each in before[: -1 - len(busy)]]
            assert of_its_own == OF_ITS_OWN.get(name, []), name
            assert permanent == {"ErrorEquals": ["PermanentFailure"], "MaxAttempts": 0}, name
            assert [each["ErrorEquals"] for each in busy] == BUSY * (name in AT_THE_PARTNER), name
            timeouts = set() if is_wait(name) else {"States.Timeout"}
            assert set(rest["ErrorEquals"]) == {"States.TaskFailed"} | timeouts, name
            for retrier in (*busy[2:], rest):
                assert retrier["MaxAttempts"] > 0, name
                assert retrier["BackoffRate"] > 1, name
                assert retrier["MaxDelaySeconds"] == int(VALUES["RetryCapSeconds"]), name
                assert retrier["JitterStrategy"] == "FULL", name


def test_a_step_waits_a_day_for_a_region_that_stands_by(states: dict[str, Any]) -> None:
    waits = [
        each
        for name in AT_THE_PARTNER
        for each in states[name]["Retry"]
        if each["ErrorEquals"] == ["StandsBy"]
    ]
    assert len(waits) == len(AT_THE_PARTNER)
    for wait in waits:
        assert wait["BackoffRate"] == 1
        assert wait["IntervalSeconds"] * wait["MaxAttempts"] == 24 * 3_600


def test_a_step_is_told_how_often_and_how_soon_it_is_tried_again(states: dict[str, Any]) -> None:
    """Those that look after a failure tell of no trouble of their own."""
    for name in {*handled_steps()} - {"AwaitSession", *SILENT}:
        retrier = states[name]["Retry"][-1]
        assert parameters_of(states[name])["retry"] == {
            "count.$": "$$.State.RetryCount",
            "limit": retrier["MaxAttempts"],
            "seconds": retrier["IntervalSeconds"],
            "cap_seconds": retrier["MaxDelaySeconds"],
        }, name
        assert retrier["BackoffRate"] == 2, name


def test_a_step_under_way_is_awaited_for_longer_than_its_function_lives(
    states: dict[str, Any],
) -> None:
    """The waits also have to outlast the lease that it leaves when it dies. Full jitter halves the
    waits on average, and even a third of them is long enough."""
    [step] = [each for each in resources(FUNCTION, "transfer") if "WorkflowStep" in each.logical_id]
    for name in AT_THE_PARTNER:
        [retrier] = [each for each in states[name]["Retry"] if each["ErrorEquals"] == ["StepBusy"]]
        waits = retrier["MaxAttempts"] * retrier["MaxDelaySeconds"]
        assert waits / 3 > step.properties["Timeout"] + LEASE_SECONDS, name


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


@pytest.mark.parametrize("error", ["PermanentFailure", "SessionsBusy", "StepBusy", "MoveAgain"])
def test_the_retriers_name_errors_that_the_steps_raise(error: str) -> None:
    """The state machine knows an error only by the name of its class."""
    path = find_stack("transfer").folder / "handlers/workflow_step.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert error in {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def test_who_waits_for_a_worker_sends_the_token(states: dict[str, Any]) -> None:
    waiting = {
        name for name, state in states.items() if ".waitForTaskToken" in state.get("Resource", "")
    }
    assert waiting == MOVES | {name + WAITS for name in AT_THE_PARTNER}
    for name in waiting:
        assert parameters_of(states[name])["task_token.$"] == "$$.Task.Token"


def test_the_workflow_logs_no_input(states: dict[str, Any]) -> None:
    assert MACHINE.properties["Logging"]["IncludeExecutionData"] is False
    assert MACHINE.properties["Tracing"] == {"Enabled": True}
    assert len(states) >= STATES_OF_THE_DESIGN


def test_every_step_that_a_definition_ever_called_is_still_answered(
    definition: dict[str, Any],
) -> None:
    called = set(re.findall(r'"step": "(\w+)"', json.dumps(definition)))
    assert called <= STEPS_EVER_CALLED, "write the new step down, too"
    assert handled_steps() >= STEPS_EVER_CALLED
