"""Each event of a batch is consumed. If not, poison, failures, outages and lack of time differ."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError

from contracts import envelope
from contracts.transfer_events import TransferPausedV1, TransferRequestedV1
from runtime.consumer import MAX_RECORDS, RESERVE_MS, Consumes, consume
from runtime.events import MAX_BODY_BYTES
from runtime.redelivery import FIRST_SECONDS, MAX_SECONDS, POISON_SECONDS
from runtime.telemetry import correlate, logger, metrics
from tests.contract.examples import examples
from tests.fakes.deliveries import Queue, batch, failed, put_by_rule
from tests.unit.runtime.conftest import Lines
from tests.unit.runtime.lambda_context import Invocation

NO_EVENTS = [
    "no JSON",
    "",
    "[]",
    "{}",
    "[" * 100_000,
    put_by_rule("TransferForgotten.v9", {}),
    put_by_rule("T" * 200, {}),
    put_by_rule("TransferRequested.v1", {"meta": {}, "data": {}}),
    put_by_rule("TransferRequested.v1", "text"),
    " " * (MAX_BODY_BYTES + 1),
]


class NeverWorks(Exception):
    code, retryable = "never_works", False


class Busy(Exception):
    code, retryable = "busy", True


class Alone(Exception):
    code, retryable, alone = "alone", True, True


@dataclass
class Wires:
    """Remembers the transfers of its events. `fails` has errors by transfer id."""

    sqs: Queue = field(default_factory=Queue)
    fails: dict[str, Exception] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)


@pytest.fixture(autouse=True)
def _no_metrics_of_another_test() -> None:
    metrics().provider.clear_metrics()  # Powertools keeps them for the whole process


def request(received: envelope.Event[TransferRequestedV1], wires: Wires) -> None:
    transfer_id = received.data.transfer_id
    wires.tried.append(transfer_id)
    logger().append_keys(transfer_id=transfer_id)
    logger().info("asked for")
    if transfer_id in wires.fails:
        raise wires.fails[transfer_id]


CONSUMES: Consumes[Wires] = {TransferRequestedV1: request}


def asked_for(transfer_id: str, **more: object) -> str:
    return put_by_rule("TransferRequested.v1", detail(transfer_id), **more)


def detail(transfer_id: str) -> dict[str, Any]:
    text = next(e.text for e in examples() if e.detail_type == "TransferRequested.v1")
    whole: dict[str, Any] = json.loads(text)
    whole["data"]["transfer_id"] = transfer_id
    whole["meta"] |= {"event_id": f"e-{transfer_id}", "correlation_id": f"c-{transfer_id}"}
    return whole


def consumed(wires: Wires, *bodies: str, receives: int = 1, left_ms: int = 60_000) -> list[str]:
    """The message ids that are reported as failed."""
    event = batch(*bodies, receives=receives)
    return failed(consume(event, Invocation(left_ms), CONSUMES, wires))


def test_each_event_reaches_the_act_of_its_class() -> None:
    wires, paused = Wires(), list[Any]()
    text = next(e.text for e in examples() if e.detail_type == "TransferPaused.v1")
    consumes: Consumes[Wires] = {
        **CONSUMES,
        TransferPausedV1: lambda received, _: paused.append(received.data),
    }
    bodies = (asked_for("a"), put_by_rule("TransferPaused.v1", json.loads(text)))
    assert failed(consume(batch(*bodies), Invocation(), consumes, wires)) == []
    assert wires.tried == ["a"]
    assert [type(each) for each in paused] == [TransferPausedV1]
    assert wires.sqs.waits == {}


def test_what_eventbridge_or_a_newer_publisher_adds_disturbs_nobody() -> None:
    wires, newer = Wires(), detail("b")
    newer["data"]["added_later"] = newer["meta"]["added_later"] = [1]
    replayed = asked_for("a", **{"replay-name": "after-the-incident"})
    assert consumed(wires, replayed, put_by_rule("TransferRequested.v1", newer)) == []
    assert wires.tried == ["a", "b"]


@pytest.mark.parametrize("body", NO_EVENTS, ids=lambda body: str(body)[:40])
def test_what_is_no_event_is_poison_and_the_others_are_consumed(body: str, lines: Lines) -> None:
    wires = Wires()
    assert consumed(wires, body, asked_for("a"), body, body, asked_for("b")) == [
        "m-0",
        "m-2",
        "m-3",
    ]
    assert wires.tried == ["a", "b"]
    assert set(wires.sqs.waits.values()) == {POISON_SECONDS}
    told = [line for line in lines() if line.get("code") == "poison_message"]
    assert [(line["level"], line["message_id"]) for line in told] == [
        ("ERROR", "m-0"),
        ("ERROR", "m-2"),
        ("ERROR", "m-3"),
    ]


def test_an_event_that_this_service_does_not_consume_is_poison(lines: Lines) -> None:
    text = next(e.text for e in examples() if e.detail_type == "TransferPaused.v1")
    assert consumed(Wires(), put_by_rule("TransferPaused.v1", json.loads(text))) == ["m-0"]
    [line] = lines()
    assert "this consumer reads TransferRequested.v1" in line["exception"]


def test_poison_is_logged_without_what_it_says(lines: Lines) -> None:
    wrong = detail("a")
    wrong["data"]["transfer_id"] = "hunter2 hunter2"
    bodies = ('{"hunter2": "hunter2"', put_by_rule("TransferRequested.v1", wrong))
    assert consumed(Wires(), *bodies) == ["m-0", "m-1"]
    assert "hunter2" not in str(lines())


def test_an_act_that_can_never_work_is_poison_and_blocks_nobody(lines: Lines) -> None:
    wires = Wires(fails={each: NeverWorks("no") for each in "abc"})
    assert consumed(wires, *map(asked_for, "abcd")) == ["m-0", "m-1", "m-2"]
    assert wires.tried == [*"abcd"]
    codes = {(each["code"], each["reason_code"]) for each in lines() if "code" in each}
    assert codes == {("poison_message", "never_works")}


def half_an_answer() -> ValidationError:
    """Of a service that is in trouble, read with a model inside an act."""
    with pytest.raises(ValidationError) as raised:
        TransferRequestedV1.model_validate({})
    return raised.value


@pytest.mark.parametrize(
    "error", [Busy("later"), ConnectionError("away"), KeyError("a mistake"), half_an_answer()]
)
def test_one_failure_alone_is_that_records_own(error: Exception) -> None:
    wires = Wires(fails={"a": error, "c": error})
    assert consumed(wires, *map(asked_for, "abcd")) == ["m-0", "m-2"]
    assert wires.tried == [*"abcd"]
    assert POISON_SECONDS not in wires.sqs.waits.values()


def test_two_failures_in_a_row_are_an_outage_and_nothing_more_is_tried(lines: Lines) -> None:
    wires = Wires(fails={each: ConnectionError("away") for each in "bcde"})
    assert consumed(wires, *map(asked_for, "abcde")) == ["m-1", "m-2", "m-3", "m-4"]
    assert wires.tried == [*"abc"]
    assert set(wires.sqs.waits) == {"r-1", "r-2", "r-3", "r-4"}
    assert all(FIRST_SECONDS <= each <= 2 * FIRST_SECONDS for each in wires.sqs.waits.values())
    [untried] = [line for line in lines() if line["message"] == "records not tried"]
    assert (untried["records"], untried["reason"]) == (2, "outage")


def test_failures_that_say_nothing_about_others_are_no_outage_and_hide_none() -> None:
    wires = Wires(fails={each: Alone() for each in "abcd"})
    assert consumed(wires, *map(asked_for, "abcde")) == ["m-0", "m-1", "m-2", "m-3"]
    assert wires.tried == [*"abcde"]
    wires = Wires(fails={"a": Busy(), "b": Alone(), "c": Busy()})
    assert consumed(wires, *map(asked_for, "abcd")) == ["m-0", "m-1", "m-2", "m-3"]
    assert wires.tried == [*"abc"]


def test_poison_between_two_failures_hides_no_outage() -> None:
    wires = Wires(fails={"a": Busy(), "b": Busy(), "c": Busy()})
    bodies = (asked_for("a"), "poison", asked_for("b"), asked_for("c"))
    assert consumed(wires, *bodies) == ["m-0", "m-1", "m-2", "m-3"]
    assert wires.tried == ["a", "b"]


def test_the_longer_it_fails_the_longer_it_waits_up_to_a_limit() -> None:
    for receives, shortest in ((1, 5), (2, 10), (5, 80), (10, MAX_SECONDS), (1_000, MAX_SECONDS)):
        wires = Wires(fails={"a": Busy()})
        consumed(wires, asked_for("a"), receives=receives)
        assert shortest <= wires.sqs.waits["r-0"] <= shortest * 1.5


def test_records_that_fail_together_do_not_all_come_again_together() -> None:
    wires = Wires(fails={each: Busy() for each in "ab"})
    consumed(wires, *map(asked_for, "abcdefghij"), receives=10)
    assert len(set(wires.sqs.waits.values())) > 1


def test_what_no_time_is_left_for_goes_back_at_once_and_has_not_failed(lines: Lines) -> None:
    wires = Wires()
    assert consumed(wires, *map(asked_for, "abc"), left_ms=RESERVE_MS - 1) == ["m-1", "m-2"]
    assert wires.tried == ["a"]  # or a function with a short timeout would never try any
    assert wires.sqs.waits == {"r-1": 0, "r-2": 0}
    assert [line["reason"] for line in lines() if "reason" in line] == ["out of time"]
    assert "MessagesFailed" not in metrics().provider.metric_set


def test_time_is_looked_at_before_each_record() -> None:
    class Running(Invocation):
        """Each look costs ten seconds."""

        def get_remaining_time_in_millis(self) -> int:  # type: ignore[override] # static there
            self._remaining_milliseconds -= 10_000
            return self._remaining_milliseconds

    wires = Wires()
    answer = consume(batch(*map(asked_for, "abcd")), Running(35_000), CONSUMES, wires)
    assert wires.tried == [*"abc"]
    assert failed(answer) == ["m-3"]


def test_a_batch_has_a_limit() -> None:
    wires = Wires()
    bodies = [asked_for(f"t-{number}") for number in range(MAX_RECORDS + 12)]
    assert len(consumed(wires, *bodies)) == 12
    assert len(wires.tried) == MAX_RECORDS


def test_lines_of_a_record_name_its_correlation_and_cause_and_nothing_of_another(
    lines: Lines,
) -> None:
    logger().append_keys(request_id="request-1")
    correlate("request-1")
    wires = Wires(fails={"b": Busy()})
    consumed(wires, *map(asked_for, "ab"), "poison")
    logger().info("after the batch")
    *of_records, poison, after = lines()
    assert [
        (line["correlation_id"], line["causation_id"], line["transfer_id"], line["message_id"])
        for line in of_records
    ] == [("c-a", "e-a", "a", "m-0"), ("c-b", "e-b", "b", "m-1"), ("c-b", "e-b", "b", "m-1")]
    assert {line["request_id"] for line in (*of_records, poison, after)} == {"request-1"}
    for line in (poison, after):
        assert line["correlation_id"] == "request-1"
        assert not {"causation_id", "transfer_id"} & set(line)
    assert "message_id" not in after


def test_failed_messages_are_counted_poison_too_and_expected_or_untried_ones_not() -> None:
    """The lane queue's messages count in the same way: an alarm on the sum rolls canaries back."""
    wires = Wires(fails={"a": RuntimeError("ours"), "b": Busy(), "c": RuntimeError("untried")})
    consumed(wires, "poison", *map(asked_for, "abcd"))
    assert wires.tried == ["a", "b"]
    assert metrics().provider.metric_set["MessagesFailed"]["Value"] == [1.0, 1.0]
