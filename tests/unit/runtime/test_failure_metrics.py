"""Answered 500s and failed messages are counted, for the service and against the version."""

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
        if {"ColdStart", "VersionFailures"} & line.keys():  # on lines of their own, by function
            continue
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "FileFerry"
            assert directive["Dimensions"] == [["service"]]
            assert line["service"].startswith("test-")
            for metric in directive["Metrics"]:
                assert metric["Unit"] == "Count"
                found[metric["Name"]] = line[metric["Name"]]
    return found


def blamed(written: list[dict[str, Any]]) -> list[tuple[list[str], str, str, float]]:
    """The dimensions, the function, its version and the count of each line for a canary's alarm."""
    return [
        (*each["_aws"]["CloudWatchMetrics"][0]["Dimensions"], *told(each))
        for each in written
        if "VersionFailures" in each
    ]


def told(line: dict[str, Any]) -> tuple[str, str, float]:
    [count] = line["VersionFailures"]
    return line["function_name"], line["version"], count


DIMENSIONS = ["service", "function_name", "version"]


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


def test_a_version_is_blamed_under_its_own_number(lines: Lines) -> None:
    """So the alarm on the new version does not ring for what the old one does."""
    answered(KeyError("a bug"))
    assert blamed(lines()) == [(DIMENSIONS, "fileferry-test-function", "7", 1.0)]
    answered(None)
    assert blamed(lines()) == [], "what one invocation did is not counted in the next"


@pytest.mark.parametrize(("receives", "counts"), [("1", [1.0]), ("2", []), ("30", [])])
def test_only_the_version_that_got_a_message_first_is_blamed_for_it(
    receives: str, counts: list[float], lines: Lines
) -> None:
    """A message that the old version failed at comes again, perhaps to the new one."""
    event = queue_event("body")
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = receives

    def act(record: SQSRecord) -> None:
        raise KeyError("a bug")

    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> BatchResponse:
        return each_message(event, act)

    handler(event, Invocation())
    written = lines()
    assert [count for *_, count in blamed(written)] == counts
    assert [each["MessagesFailed"] for each in written if "MessagesFailed" in each] == [[1.0]]


class Ended(Exception):
    expected = True


@pytest.mark.parametrize(("error", "count"), [(KeyError(), 1), (Busy(), 0), (Ended(), 0)])
def test_what_a_function_raises_is_blamed_unless_it_should_raise_it(
    error: Exception, count: int, lines: Lines
) -> None:
    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> None:
        raise error

    with pytest.raises(type(error)):
        handler({}, Invocation())
    assert len(blamed(lines())) == count
