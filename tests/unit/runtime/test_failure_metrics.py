"""Answered 500s and failed messages count for a canary's alarm, but are no Lambda errors."""

from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse, each_message
from runtime.entrypoint import LambdaEvent, entrypoint
from tests.unit.runtime.conftest import Lines
from tests.unit.runtime.gateway import Service, request
from tests.unit.runtime.lambda_context import Invocation
from tests.unit.runtime.test_batches import queue_event


class PartnerAway(OSError):
    """A 502 (see Service)."""

    code = "connection_timed_out"


class Refused(Exception):
    code, status = "wrong_state", 409


class Busy(Exception):
    code, retryable = "lease_lost", True


def emitted(lines: Lines) -> dict[str, list[float]]:
    """Counts by metric, of the lines that CloudWatch reads as such."""
    found: dict[str, list[float]] = {}
    for line in lines():
        if "ColdStart" in line:  # on a line of its own, by function
            continue
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "FileFerry"
            assert directive["Dimensions"] == [["service"]]
            assert line["service"].startswith("test-")
            for metric in directive["Metrics"]:
                assert metric["Unit"] == "Count"
                found[metric["Name"]] = line[metric["Name"]]
    return found


def answered(error: Exception | None) -> int:
    service = Service(error) if error else Service()

    @entrypoint(lambda: service)
    def handler(event: LambdaEvent, context: LambdaContext, api: Service) -> dict[str, Any]:
        return api(event)

    status: int = handler(request("GET", "/api/history"), Invocation())["statusCode"]
    return status


def test_an_answered_500_is_counted(lines: Lines) -> None:
    assert answered(KeyError("a bug")) == 500
    assert emitted(lines) == {"ServerErrors": [1.0]}


@pytest.mark.parametrize(("error", "status"), [(PartnerAway(), 502), (Refused(), 409), (None, 200)])
def test_what_partners_and_callers_do_wrong_is_not(
    error: Exception | None, status: int, lines: Lines
) -> None:
    assert answered(error) == status
    assert emitted(lines) == {}


def consumed(lines: Lines, *errors: Exception | None) -> dict[str, list[float]]:
    raised = iter(errors)

    def act(record: SQSRecord) -> None:
        error = next(raised)
        if error is not None:
            raise error

    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> BatchResponse:
        return each_message(event, act)

    handler(queue_event(*["body"] * len(errors)), Invocation())
    return emitted(lines)


def test_each_message_that_failed_unexpectedly_is_counted(lines: Lines) -> None:
    counts = consumed(lines, KeyError("a bug"), None, Refused(), Busy())
    assert counts == {"MessagesFailed": [1.0, 1.0]}


def test_a_message_that_is_only_early_is_not(lines: Lines) -> None:
    assert consumed(lines, Busy(), None) == {}
