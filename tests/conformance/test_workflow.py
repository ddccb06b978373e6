"""Workflow. Each run of a transfer has one execution. Only its own token wakes it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from services.transfer.adapters.stepfunctions_workflow import StepFunctionsWorkflow
from services.transfer.domain.ports import Workflow
from tests.conformance.clouds import CLOUDS, Clients, cloud, new_name, new_queue, received
from tests.fakes.workflow import InMemoryWorkflow
from tests.servers.waiting import wait_for

UNKNOWN_TOKEN = "nobody waits for this one"
ROLE = "arn:aws:iam::123456789012:role/workflow"


@dataclass
class Flow:
    """Executions wait for an answer in their first long state. `started` gives the inputs of all.
    `token` gives the next one's task token."""

    port: Workflow
    started: Callable[[], list[dict[str, Any]]]
    token: Callable[[], str]
    run_on: Callable[[], object]  # only the fake has to be driven


@pytest.fixture(params=["in_memory", *CLOUDS])
def flow(request: pytest.FixtureRequest) -> Iterator[Flow]:
    if request.param == "in_memory":
        yield in_memory_flow()
        return
    with cloud(request.param, request) as clients:
        yield flow_in_step_functions(clients)


@pytest.fixture(params=["in_memory", "ministack"])  # moto only stores executions
def running_flow(request: pytest.FixtureRequest) -> Iterator[Flow]:
    if request.param == "in_memory":
        yield in_memory_flow()
        return
    with cloud(request.param, request) as clients:
        yield flow_in_step_functions(clients)


def in_memory_flow() -> Flow:
    tokens: list[str] = []

    def step(event: dict[str, Any]) -> dict[str, int]:
        if "task_token" in event:
            tokens.append(event["task_token"])
        return {"size_bytes": 1}

    fake = InMemoryWorkflow(step, direct_below_bytes=100)

    def run_on() -> None:
        while fake.advance():
            pass

    def token() -> str:
        run_on()
        return tokens.pop(0)

    def started() -> list[dict[str, Any]]:
        return [each.input for each in fake.executions.values()]

    return Flow(fake, started, token, run_on)


def flow_in_step_functions(clients: Clients) -> Flow:
    """Its only state sends the token to a queue and waits."""
    machines, sqs = clients("stepfunctions"), clients("sqs")
    url = new_queue(sqs)
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": waiting}})
    name = new_name("machine")
    made = machines.create_state_machine(name=name, definition=definition, roleArn=ROLE)
    arn = made["stateMachineArn"]
    tokens: list[str] = []

    def token() -> str:
        def one_came() -> bool:
            tokens.extend(received(sqs, url))
            return bool(tokens)

        wait_for(one_came, "a task token")
        return str(json.loads(tokens.pop(0))["token"])

    def started() -> list[dict[str, Any]]:
        found = machines.list_executions(stateMachineArn=arn)["executions"]
        described = [machines.describe_execution(executionArn=e["executionArn"]) for e in found]
        return [json.loads(each["input"]) for each in described]

    return Flow(StepFunctionsWorkflow(machines, arn), started, token, lambda: None)


def becomes(flow: Flow, state: str, transfer_id: str, run: int) -> None:
    flow.run_on()
    wait_for(lambda: flow.port.state(transfer_id, run) == state, f"{transfer_id} {state}")


def test_an_execution_is_absent_until_it_is_started(flow: Flow) -> None:
    assert flow.port.state("t-1", 1) == "absent"
    flow.port.start("t-1", 1)
    becomes(flow, "running", "t-1", 1)
    assert flow.port.state("t-1", 2) == "absent"
    assert flow.port.state("t-2", 1) == "absent"


def test_a_run_is_started_once_however_often_it_is_asked_for(flow: Flow) -> None:
    for transfer_id, run in [("t-1", 1), ("t-1", 1), ("t-1", 2), ("t-2", 1), ("t-1", 2)]:
        flow.port.start(transfer_id, run)
    told = sorted((each["transfer_id"], each["run"]) for each in flow.started())
    assert told == [("t-1", 1), ("t-1", 2), ("t-2", 1)]


def test_an_answer_to_an_unknown_token_is_no_error(flow: Flow) -> None:
    flow.port.start("t-1", 1)
    flow.port.succeed(UNKNOWN_TOKEN)
    flow.port.fail(UNKNOWN_TOKEN, "no_space", "The disk is full.")
    becomes(flow, "running", "t-1", 1)


@pytest.mark.parametrize("well", [True, False])
def test_an_answer_wakes_the_execution_that_waits_for_it(running_flow: Flow, well: bool) -> None:
    flow = running_flow
    flow.port.start("t-1", 1)
    token = flow.token()
    flow.port.start("t-2", 1)
    flow.token()
    answer(flow, token, well)
    becomes(flow, "ended", "t-1", 1)
    assert flow.port.state("t-2", 1) == "running"


@pytest.mark.parametrize("well", [True, False])
def test_an_ended_execution_stays_ended_and_is_not_started_again(
    running_flow: Flow, well: bool
) -> None:
    flow = running_flow
    flow.port.start("t-1", 1)
    token = flow.token()
    answer(flow, token, True)
    becomes(flow, "ended", "t-1", 1)
    answer(flow, token, well)
    flow.port.start("t-1", 1)
    assert flow.port.state("t-1", 1) == "ended"
    assert len(flow.started()) == 1


def answer(flow: Flow, token: str, well: bool) -> None:
    if well:
        flow.port.succeed(token)
    else:  # both texts longer than Step Functions takes
        flow.port.fail(token, "no_space" * 100, "The disk is full. " * 2_000)
