"""A log line is JSON, knows its correlation id, and shows no secret."""

import json

import pytest

from kernel.metering import Unit
from runtime.telemetry import (
    TelemetryMeter,
    correlate,
    correlation_id,
    logger,
    own_fields,
    redacted,
)
from tests.unit.runtime.conftest import Lines


def test_a_line_is_json_with_its_fields_and_correlation_id(lines: Lines) -> None:
    correlate("c-1")
    logger().info("transfer started", transfer_id="t-1")
    (line,) = lines()
    assert line["message"] == "transfer started"
    assert line["transfer_id"] == "t-1"
    assert line["correlation_id"] == "c-1"
    assert line["service"].startswith("test-")
    assert line["timestamp"].endswith("+00:00")


def test_without_an_invocation_there_is_no_correlation_id() -> None:
    assert correlation_id() == "none"
    correlate("c-2")
    assert correlation_id() == "c-2"


def test_fields_of_one_record_stand_in_no_line_after_it(lines: Lines) -> None:
    def fail() -> None:
        with own_fields(message_id="m-1"):
            correlate("c-4")
            logger().append_keys(transfer_id="t-1")
            logger().info("inside")
            raise ValueError("no")

    correlate("c-3")
    with pytest.raises(ValueError, match="no"):
        fail()
    logger().info("after")
    inside, after = lines()
    assert [inside[key] for key in ("message_id", "transfer_id", "correlation_id")] == [
        "m-1",
        "t-1",
        "c-4",
    ]
    assert after["correlation_id"] == "c-3"
    assert set(inside) - set(after) == {"message_id", "transfer_id"}
    assert after["service"].startswith("test-")


@pytest.mark.parametrize(
    "name",
    ["password", "Passphrase", "private_key", "SecretString", "task_token", "Authorization"],
)
def test_a_field_with_the_name_of_a_secret_is_redacted_at_any_depth(
    name: str, lines: Lines
) -> None:
    destination = {"list": [{name: "hunter2"}], "id": "demo"}
    logger().info("said", extra={name: "hunter2", "destination": destination})
    (line,) = lines()
    assert "hunter2" not in json.dumps(line)
    assert line["destination"]["id"] == "demo"


def test_ordinary_fields_stay() -> None:
    fields = {"source": {"key": "a/b.csv"}, "idempotency_key": "k", "count": 1, "none": None}
    assert redacted(fields) == fields


def test_a_secret_that_is_absent_is_not_made_up() -> None:
    assert redacted({"password": None}) == {"password": None}


def test_what_is_added_becomes_a_line_that_cloudwatch_reads(lines: Lines) -> None:
    meter = TelemetryMeter()
    for name, unit in {"One": Unit.COUNT, "Two": Unit.BYTES, "Three": Unit.PERCENT}.items():
        meter.add(name, 2.5, unit)
    meter.flush()
    [line] = lines()
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service"]]
    units = {each["Name"]: each["Unit"] for each in directive["Metrics"]}
    assert units == {"One": "Count", "Two": "Bytes", "Three": "Percent"}
    assert line["One"] == [2.5]
    meter.flush()  # nothing is left, and nothing is written
    assert lines() == []
