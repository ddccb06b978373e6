"""CodeDeploy gets an answer from the hook whatever happens, and soon."""

import io
import json
import threading
import time
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from runtime import smoke_hook
from runtime.smoke_hook import HEALTH, Hook
from tests.unit.runtime.lambda_context import Invocation

PASSED = {"smoke_test": "passed", "read": []}
EMPTY: dict[str, Any] = {"batchItemFailures": []}
API = {"function": "mail-api:7", "kind": "api", "asked": {"table": "mail", "read": "GetItem"}}
CONSUMER = {"function": "mail-consumer:7", "kind": "events", "asked": {}}
SWEEP = {"function": "mail-sweep:7", "kind": "schedule", "asked": {}}
EVENT = {"DeploymentId": "d-ABC123DEF", "LifecycleEventHookExecutionId": "hook-1"}


class Functions:
    """Lambda's client. `answers` has what a function answers in turn; an error is raised."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers, self.asked = answers, list[tuple[str, dict[str, Any]]]()

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        self.asked.append((FunctionName, json.loads(Payload)))
        answer = self.answers[FunctionName.partition(":")[0].removeprefix("mail-")].pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, threading.Event):
            answer.wait()
        told = {"Payload": io.BytesIO(json.dumps(answer).encode())}
        failed = isinstance(answer, dict) and "errorType" in answer
        return told | ({"FunctionError": "Unhandled"} if failed else {})


def not_yet(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "the version is pending"}}, "Invoke")


def problems(functions: Functions, *targets: dict[str, Any], seconds: float = 5) -> list[str]:
    return Hook(functions, None).test(targets, seconds)


def test_each_function_is_asked_for_its_own_part_and_for_what_has_no_effect() -> None:
    functions = Functions(
        api=[PASSED, {"statusCode": 404}], consumer=[PASSED, EMPTY], sweep=[PASSED]
    )
    assert problems(functions, API, CONSUMER, SWEEP) == []
    assert sorted(functions.asked, key=lambda each: each[0]) == [
        ("mail-api:7", {"smoke_test": {"table": "mail", "read": "GetItem"}}),
        ("mail-api:7", HEALTH),
        ("mail-consumer:7", {"smoke_test": {}}),
        ("mail-consumer:7", {"Records": []}),
        ("mail-sweep:7", {"smoke_test": {}}),
    ]


@pytest.mark.parametrize(
    ("target", "answers", "told"),
    [
        (API, [{"errorType": "SettingsInvalid", "errorMessage": "MAIL_TABLE"}], "SettingsInvalid"),
        (API, [PASSED, {"statusCode": 500}], "answered 500"),
        (API, [PASSED, {}], "answered None"),
        (API, [None], "answered None to the smoke test"),
        (CONSUMER, [PASSED, {"batchItemFailures": [{"itemIdentifier": "x"}]}], "empty batch"),
        (CONSUMER, [PASSED, None], "answered None to an empty batch"),
        (SWEEP, [not_yet("AccessDeniedException")], "AccessDenied"),
    ],
)
def test_what_is_wrong_is_told_of_the_function(
    target: dict[str, Any], answers: list[Any], told: str
) -> None:
    name = target["function"].partition(":")[0].removeprefix("mail-")
    [problem] = problems(Functions(**{name: answers}), target)
    assert problem.startswith(target["function"])
    assert told in problem


def test_a_version_that_is_not_active_yet_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke_hook, "RETRY_SECONDS", 0.01)
    waiting = [not_yet("ResourceConflictException"), not_yet("TooManyRequestsException")]
    assert problems(Functions(sweep=[*waiting, PASSED]), SWEEP) == []


def test_a_version_that_never_becomes_active_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke_hook, "RETRY_SECONDS", 0.01)
    never = [not_yet("ResourceConflictException")] * 1000
    [problem] = problems(Functions(sweep=never), SWEEP, seconds=0.2)
    assert "ResourceConflictException" in problem or "no answer in time" in problem


def test_a_function_that_hangs_does_not_keep_the_others_answers_waiting() -> None:
    hanging = threading.Event()
    began = time.monotonic()
    try:
        functions = Functions(sweep=[hanging], consumer=[PASSED, EMPTY])
        assert problems(functions, SWEEP, CONSUMER, seconds=0.2) == [
            "mail-sweep:7: no answer in time"
        ]
    finally:
        hanging.set()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("targets", [None, "no JSON", "[{}]"])
def test_codedeploy_is_answered_when_the_hook_itself_fails(
    targets: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unanswered, a deployment would stand still for an hour."""
    if targets is None:
        monkeypatch.delenv("SMOKE_TARGETS", raising=False)
    else:
        monkeypatch.setenv("SMOKE_TARGETS", targets)
    require_answer(monkeypatch, Functions(), "Failed")


def test_codedeploy_is_told_that_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOKE_TARGETS", json.dumps([SWEEP]))
    require_answer(monkeypatch, Functions(sweep=[PASSED]), "Succeeded")


def require_answer(monkeypatch: pytest.MonkeyPatch, functions: Functions, status: str) -> None:
    """botocore checks the call against AWS's model, and its arguments against the expected ones."""
    codedeploy = botocore.session.get_session().create_client("codedeploy", "eu-central-1")
    clients = {"lambda": functions, "codedeploy": codedeploy}
    monkeypatch.setattr(smoke_hook, "_client", clients.__getitem__)
    expected = {
        "deploymentId": EVENT["DeploymentId"],
        "lifecycleEventHookExecutionId": EVENT["LifecycleEventHookExecutionId"],
        "status": status,
    }
    with Stubber(codedeploy) as stub:
        stub.add_response("put_lifecycle_event_hook_execution_status", {}, expected)
        assert smoke_hook.handler(dict(EVENT), Invocation())["status"] == status
        stub.assert_no_pending_responses()


def test_without_a_deployment_only_the_caller_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOKE_TARGETS", json.dumps([SWEEP]))
    clients = {"lambda": Functions(sweep=[{"errorType": "Boom", "errorMessage": "!"}])}
    monkeypatch.setattr(smoke_hook, "_client", lambda name: clients.get(name))
    told = smoke_hook.handler({}, Invocation())
    assert told == {"status": "Failed", "problems": ["mail-sweep:7: FunctionFailed: Boom: !"]}


def test_a_text_is_no_event_and_fails_the_call() -> None:
    """`make prove-alarms` rings the alarm of the function's errors so."""
    with pytest.raises(TypeError, match="'a text' is no event"):
        smoke_hook.handler("a text", Invocation())
