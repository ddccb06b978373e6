"""What every invocation gets, with any handler."""

from itertools import count
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, correlation_id_of, entrypoint
from runtime.telemetry import correlation_id, logger, metrics
from tests.unit.runtime.conftest import Lines
from tests.unit.runtime.lambda_context import Invocation


class DiskFull(Exception):
    code = "no_space"


class LineBusy(Exception):
    code = "line_busy"
    retryable = True


def test_wiring_is_built_at_the_first_invocation_and_once() -> None:
    built: list[str] = []

    def build() -> list[str]:
        built.append("wires")
        return built

    @entrypoint(build)
    def handler(event: LambdaEvent, context: LambdaContext, wires: list[str]) -> int:
        return len(wires)

    assert built == []
    assert handler({}, Invocation()) == 1
    assert handler({}, Invocation()) == 1


def test_wiring_that_failed_is_built_again() -> None:
    tries = count(1)

    def build() -> str:
        if next(tries) == 1:
            raise SystemError("no network yet")
        return "wires"

    @entrypoint(build)
    def handler(event: LambdaEvent, context: LambdaContext, wires: str) -> str:
        return wires

    with pytest.raises(SystemError):
        handler({}, Invocation())
    assert handler({}, Invocation()) == "wires"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"detail": {"meta": {"correlation_id": "from-event"}}}, "from-event"),
        ({"headers": {"X-Correlation-ID": "from-header"}}, "from-header"),
        ({"correlation_id": "from-task"}, "from-task"),
        ({"requestContext": {"requestId": "from-gateway"}, "headers": None}, "from-gateway"),
        ({"headers": {"x-correlation-id": "two\nlines"}}, None),
        ({"headers": {"x-correlation-id": "x" * 129}}, None),
        ({"Records": []}, None),
    ],
)
def test_the_correlation_id_is_taken_from_where_it_came(
    event: dict[str, Any], expected: str | None
) -> None:
    assert correlation_id_of(event) == expected


def test_the_request_id_stands_in_for_a_missing_correlation_id(lines: Lines) -> None:
    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> str:
        logger().info("done")
        return correlation_id()

    assert handler({}, Invocation()) == "request-1"
    line = next(line for line in lines() if line.get("message") == "done")
    assert (line["correlation_id"], line["request_id"]) == ("request-1", "request-1")


def test_no_field_of_one_invocation_is_left_in_the_next(lines: Lines) -> None:
    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> None:
        logger().append_keys(**event["fields"])
        logger().info("done")

    handler({"fields": {"transfer_id": "t-1"}, "correlation_id": "c-1"}, Invocation())
    handler({"fields": {}}, Invocation())
    first, second = (line for line in lines() if line.get("message") == "done")
    assert first["transfer_id"] == "t-1"
    assert first["cold_start"] is True
    assert "transfer_id" not in second
    assert second["correlation_id"] == "request-1"
    assert second["cold_start"] is False


def test_a_failure_is_logged_once_with_class_and_code_and_goes_on(lines: Lines) -> None:
    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> None:
        raise DiskFull("nothing free")

    with pytest.raises(DiskFull, match="nothing free"):
        handler({"correlation_id": "c-1"}, Invocation())
    (line,) = [line for line in lines() if "error" in line]
    assert (line["error"], line["code"], line["level"]) == ("DiskFull", "no_space", "ERROR")
    assert line["correlation_id"] == "c-1"
    assert "DiskFull" in line["exception"]


def test_a_failure_that_is_tried_again_is_a_warning_without_a_stack(lines: Lines) -> None:
    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> None:
        raise LineBusy("again, please")

    with pytest.raises(LineBusy):
        handler({}, Invocation())
    (line,) = [line for line in lines() if "error" in line]
    assert (line["level"], line["reason"]) == ("WARNING", "again, please")
    assert "exception" not in line


def test_metrics_are_written_cold_starts_counted_once(lines: Lines) -> None:
    @entrypoint(lambda: None)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> None:
        metrics().add_metric(name="BytesMoved", unit=MetricUnit.Bytes, value=event["bytes"])

    handler({"bytes": 42}, Invocation())
    handler({"bytes": 43}, Invocation())
    written = [line for line in lines() if "_aws" in line]
    assert [line["ColdStart"] for line in written if "ColdStart" in line] == [[1.0]]
    assert [line["BytesMoved"] for line in written if "BytesMoved" in line] == [[42.0], [43.0]]


def test_a_test_may_bring_its_own_wiring() -> None:
    @entrypoint(lambda: "built")
    def handler(event: LambdaEvent, context: LambdaContext, wires: str) -> str:
        return wires

    assert handler.__wrapped__({}, Invocation(), "brought") == "brought"  # type: ignore[attr-defined]
