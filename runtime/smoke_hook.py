"""Tests the new versions of a service before CodeDeploy sends them any call.

Each function is asked for its own part (runtime.smoke_probe), and then for what its trigger lets it
do without an effect: an API answers a GET, a consumer takes an empty batch.

CodeDeploy waits an hour for an answer that never comes. So this module imports nothing of ours, and
every failure of its own is answered as a failed test. Called without a deployment, it answers the
caller alone. Called with no event at all, it fails.
"""

import json
import logging
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

TARGETS = "SMOKE_TARGETS"
ASKED = "smoke_test"
RESERVE_SECONDS = 20.0  # of the function's time, for the answer to CodeDeploy
LONGEST_SECONDS = 75.0  # for all functions, which are asked at once
ANSWER_SECONDS = 30  # of one function, with its cold start
RETRY_SECONDS = 1.0
NOT_YET = {"ResourceConflictException", "TooManyRequestsException", "ServiceException"}
HEALTH = {
    "resource": "/api/health",
    "path": "/api/health",
    "httpMethod": "GET",
    "headers": {},
    "multiValueHeaders": {},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "body": None,
    "isBase64Encoded": False,
    "requestContext": {
        "requestId": "smoke-test",
        "httpMethod": "GET",
        "path": "/api/health",
        "resourcePath": "/api/health",
        "identity": {"sourceIp": "127.0.0.1"},
        "authorizer": {},
    },
}
EMPTY_BATCH: Mapping[str, Any] = {"Records": []}
BATCHES = ("events", "queue", "outbox")
SERVER_ERROR = 500

log = logging.getLogger()


class Hook:
    """`functions` and `deployments` are clients of Lambda and of CodeDeploy."""

    def __init__(self, functions: Any, deployments: Any) -> None:  # noqa: ANN401 - no types
        self._functions, self._deployments = functions, deployments

    def test(self, targets: Sequence[Mapping[str, Any]], seconds: float) -> list[str]:
        """What is wrong, one sentence for each function. Takes no longer than `seconds`."""
        deadline = time.monotonic() + seconds
        pool = ThreadPoolExecutor(max_workers=max(1, len(targets)))
        asked = {pool.submit(self._problem, each, deadline): each for each in targets}
        answered, late = wait(asked, timeout=seconds)
        pool.shutdown(wait=False, cancel_futures=True)
        found = [problem for each in answered if (problem := each.result())]
        return sorted(found + [f"{asked[each]['function']}: no answer in time" for each in late])

    def answer(self, event: Mapping[str, Any], status: str) -> None:
        self._deployments.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )

    def _problem(self, target: Mapping[str, Any], deadline: float) -> str:
        function = str(target["function"])
        try:
            own = self._invoke(function, {ASKED: target.get("asked", {})}, deadline)
            if not isinstance(own, dict) or own.get(ASKED) != "passed":
                return f"{function}: answered {str(own)[:200]} to the smoke test"
            return self._harmless_problem(function, str(target["kind"]), deadline)
        except Exception as error:
            return f"{function}: {type(error).__name__}: {str(error)[:300]}"

    def _harmless_problem(self, function: str, kind: str, deadline: float) -> str:
        if kind == "api":
            status = self._invoke(function, HEALTH, deadline).get("statusCode")
            right = isinstance(status, int) and status < SERVER_ERROR
            return "" if right else f"{function}: answered {status} to GET {HEALTH['path']}"
        if kind in BATCHES:
            answer = self._invoke(function, EMPTY_BATCH, deadline)
            right = answer == {"batchItemFailures": []}
            return "" if right else f"{function}: answered {str(answer)[:200]} to an empty batch"
        return ""

    def _invoke(self, function: str, event: Mapping[str, Any], deadline: float) -> Any:  # noqa: ANN401
        """A version that is not active yet, or a busy account, is asked again until `deadline`."""
        while True:
            try:
                answer = self._functions.invoke(
                    FunctionName=function, Payload=json.dumps(event).encode()
                )
                break
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in NOT_YET or time.monotonic() + RETRY_SECONDS > deadline:
                    raise
                time.sleep(RETRY_SECONDS)  # noqa: TID251 - nothing tells when it is active
        told = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise FunctionFailed(f"{told.get('errorType')}: {told.get('errorMessage')}")
        return told


class FunctionFailed(Exception):
    """The function raised."""


def handler(event: object, context: Any) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(event, dict):
        raise TypeError(f"{str(event)[:100]!r} is no event")
    hook = Hook(_client("lambda"), _client("codedeploy"))
    problems = _problems(hook, context.get_remaining_time_in_millis() / 1000)
    status = "Failed" if problems else "Succeeded"
    for problem in problems:
        log.error("smoke test failed: %s", problem)
    if "DeploymentId" in event:
        hook.answer(event, status)
    return {"status": status, "problems": problems}


def _problems(hook: Hook, remaining_seconds: float) -> list[str]:
    try:
        targets = json.loads(os.environ[TARGETS])  # noqa: TID251 - settings could fail to import
        seconds = min(LONGEST_SECONDS, remaining_seconds - RESERVE_SECONDS)
        return hook.test(targets, seconds)
    except Exception as error:
        return [f"the smoke test itself failed: {type(error).__name__}: {error}"]


def _client(service: str) -> Any:  # noqa: ANN401 - botocore has no types
    calls = Config(
        retries={"mode": "standard", "total_max_attempts": 4},
        connect_timeout=2,
        read_timeout=ANSWER_SECONDS,
    )
    if service == "lambda":  # a second call would be a second test, while the first still runs
        calls = calls.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
    return botocore.session.get_session().create_client(service, config=calls)
