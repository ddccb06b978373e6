"""Each fault of an instance is an error of its own class, and says whether anything was done."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from services.ticketing.adapters.servicenow_desk import ServiceNowDesk
from services.ticketing.domain.errors import (
    DeskError,
    LoginRefused,
    OutcomeUnknown,
    RecordGone,
    Refused,
    Throttled,
    Unavailable,
    Unreachable,
)
from tests.doubles.http_program import Program
from tests.integration.ticketing.desk.desks import (
    TABLE,
    basic,
    desk_of,
    fields,
    keeps_secrets,
    new_id,
)

SHORT_SECONDS = 0.5
Operation = Callable[[ServiceNowDesk, str], object]
OPERATIONS: dict[str, Operation] = {
    "find": lambda desk, _: desk.find(TABLE, new_id()),
    "create": lambda desk, _: desk.create(TABLE, fields(new_id())),
    "read": lambda desk, record: desk.read(TABLE, record),
    "change": lambda desk, record: desk.change(TABLE, record, {"work_notes": "told"}),
}
READS = ("find", "read")
# fault -> the error of a read, and that of a write
SAME: list[tuple[dict[str, Any], type[DeskError], type[DeskError]]] = [
    ({"kind": "timeout_before"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "timeout_after"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "reset_before"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "reset_after"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "slow_headers"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "slow_body"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "malformed_json"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "empty"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "huge"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "html"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "cut"}, OutcomeUnknown, OutcomeUnknown),
    ({"kind": "redirect"}, Refused, Refused),
    ({"kind": "status", "status": 400}, Refused, Refused),
    ({"kind": "status", "status": 401}, LoginRefused, LoginRefused),
    ({"kind": "status", "status": 403}, Refused, Refused),
    ({"kind": "status", "status": 408}, Unavailable, Unavailable),
    ({"kind": "status", "status": 429}, Throttled, Throttled),
    ({"kind": "status", "status": 500}, Unavailable, OutcomeUnknown),
    ({"kind": "status", "status": 502}, Unavailable, OutcomeUnknown),
    ({"kind": "status", "status": 503}, Unavailable, Unavailable),
    ({"kind": "status", "status": 500, "retry_after": 9}, Unavailable, Unavailable),
]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("fault", "of_reads", "of_writes"), SAME, ids=[str(each[0]) for each in SAME]
)
def test_a_fault_has_its_class(
    double: Program,
    fault: dict[str, Any],
    of_reads: type[DeskError],
    of_writes: type[DeskError],
    operation: str,
) -> None:
    made = desk_of(basic(double.url)).create(TABLE, fields(new_id()))
    slow = fault["kind"].startswith(("timeout", "slow"))
    desk = desk_of(basic(double.url), seconds=SHORT_SECONDS if slow else 10)
    double.order(fault)
    expected = of_reads if operation in READS else of_writes
    began = time.monotonic()
    with pytest.raises(DeskError) as failed:
        OPERATIONS[operation](desk, made.record_id)
    assert type(failed.value) is expected
    assert failed.value.surely is (expected is not OutcomeUnknown)
    assert time.monotonic() - began < 5
    keeps_secrets(failed.value)
    double.clear_faults()
    OPERATIONS[operation](desk_of(basic(double.url)), made.record_id)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_404_is_of_the_record_where_one_is_named(double: Program, operation: str) -> None:
    made = desk_of(basic(double.url)).create(TABLE, fields(new_id()))
    double.order({"kind": "status", "status": 404})
    expected = Refused if operation in ("find", "create") else RecordGone
    with pytest.raises(expected):
        OPERATIONS[operation](desk_of(basic(double.url)), made.record_id)


def test_a_404_that_is_not_of_servicenow_says_nothing_of_the_record(double: Program) -> None:
    made = desk_of(basic(double.url)).create(TABLE, fields(new_id()))
    double.order({"kind": "status", "status": 404, "body": "<html>nothing here</html>"})
    with pytest.raises(Refused):
        desk_of(basic(double.url)).read(TABLE, made.record_id)


def test_what_was_done_although_its_answer_was_lost_is_found(double: Program) -> None:
    key = new_id()
    double.order({"kind": "reset_after", "method": "POST"})
    with pytest.raises(OutcomeUnknown):
        desk_of(basic(double.url)).create(TABLE, fields(key))
    assert len(desk_of(basic(double.url)).find(TABLE, key)) == 1


def test_the_hourly_limit_is_told(double: Program) -> None:
    double.control("POST", "limit", {"limit": 1, "hour_seconds": 1_000_000})
    desk = desk_of(basic(double.url))
    with suppress(Throttled):  # calls of other tests may be in the same 'hour'
        desk.find(TABLE, new_id())
    with pytest.raises(Throttled) as throttled:
        desk.find(TABLE, new_id())
    assert throttled.value.limit == 1
    assert throttled.value.wait_seconds is not None
    assert 1 <= throttled.value.wait_seconds <= 3_600


def test_nothing_is_sent_where_nobody_listens() -> None:
    with pytest.raises(Unreachable) as failed:
        desk_of(basic("http://127.0.0.1:1")).create(TABLE, fields(new_id()))
    assert failed.value.surely
