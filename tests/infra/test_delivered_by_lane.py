"""The state machine skips the steps that deliver where a lane has delivered the file itself."""

import json
import re
from typing import Any

import pytest

from infra.stacks import find_stack
from services.transfer.adapters.stepfunctions_workflow import StepFunctionsWorkflow

MOVES = ("MoveDirect", "MoveChunks")


@pytest.fixture(scope="module")
def states() -> dict[str, Any]:
    text = (find_stack("transfer").folder / "workflow.asl.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(re.sub(r"\$\{\w+\}", "1", text))["States"]
    return found


def test_only_a_file_that_its_lane_delivered_skips_the_steps_that_deliver(
    states: dict[str, Any],
) -> None:
    choice = states["ChooseByDelivery"]
    for name in MOVES:
        assert (states[name]["ResultPath"], states[name]["Next"]) == ("$.moved", "ChooseByDelivery")
    told = {"Variable": "$.moved.delivered"}
    # Step Functions fails an execution that compares what is not there, as in an older answer.
    both = [told | {"IsPresent": True}, told | {"BooleanEquals": True}]
    assert choice["Choices"] == [{"And": both, "Next": "StoreOutcome"}]
    assert choice["Default"] == "VerifyTarget"


@pytest.mark.parametrize("delivered", [True, False])
def test_every_answer_to_a_wait_says_whether_the_file_was_delivered(delivered: bool) -> None:
    """A choice that finds no such field ends the execution."""
    answers: list[str] = []

    class Client:
        def send_task_success(self, *, taskToken: str, output: str) -> None:
            answers.append(output)

    workflow = StepFunctionsWorkflow(Client(), "arn")
    workflow.succeed("token", delivered=delivered)
    workflow.succeed("token")
    told = [{"delivered": delivered}, {"delivered": False}]
    assert [json.loads(each) for each in answers] == told
