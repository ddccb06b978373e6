"""The last word on a transfer is told whatever it holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.failure import MAX_MESSAGE_CHARACTERS, Failure
from services.transfer.use_cases.handle_error import failure_of

CAUSE_CHARACTERS = 32_768  # Step Functions: SendTaskFailure
WORST = "\U0001f6a2" * 600_000  # each takes twelve characters in JSON

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def cause_of(failure: Failure) -> str:
    """As the workflow gets it: JSON in the text of an error that is told as JSON."""
    told = {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
    return json.dumps({"errorMessage": json.dumps(told), "errorType": "PermanentFailure"})


def test_a_reason_goes_through_the_workflow_as_it_is() -> None:
    failure = Failure.of(ConnectionLost("h", 22, "reset"))
    assert failure_of({"Error": "PermanentFailure", "Cause": cause_of(failure)}) == failure


def test_a_message_of_600_kb_is_cut_to_what_the_workflow_takes() -> None:
    failure = Failure.of(ConnectionLost("h", 22, WORST))
    assert len(failure.message) == MAX_MESSAGE_CHARACTERS
    cause = cause_of(failure)
    assert len(cause) < CAUSE_CHARACTERS
    assert failure_of({"Cause": cause}) == failure


def test_a_message_keeps_nothing_that_no_store_takes() -> None:
    failure = Failure("connection_lost", "a\ud800b\x1b\u202e", retryable=True)
    assert failure.message == "a?b??"


@pytest.mark.parametrize(
    "error",
    [
        None,
        {},
        "no object",
        {"Error": None, "Cause": None},
        {"Cause": "no JSON"},
        {"Cause": "[" * 100_000},
        {"Cause": cause_of(Failure("a", "b", True))[:40]},
        {"Cause": json.dumps({"errorMessage": 5})},
        {"Cause": json.dumps({"errorMessage": json.dumps({"code": "x"})})},
        {"Cause": json.dumps({"errorMessage": "Task timed out after 300.00 seconds"})},
        {"Error": "States.Timeout", "Cause": ""},
        {"Error": "\ud800" * 10_000, "Cause": "\ud800"},
    ],
)
def test_what_cannot_be_read_is_an_internal_error(error: object) -> None:
    failure = failure_of(error)
    assert (failure.code, failure.retryable) == ("internal_error", True)
    assert failure.message.isprintable()


def test_the_name_of_an_unread_error_is_told() -> None:
    assert "States.Timeout" in failure_of({"Error": "States.Timeout"}).message


@given(st.dictionaries(st.sampled_from(["code", "message", "retryable"]), JSON))
def test_no_reason_makes_the_last_state_fail(told: dict[str, object]) -> None:
    failure = failure_of({"Cause": json.dumps({"errorMessage": json.dumps(told)})})
    assert failure.message.encode().decode().isprintable()
    assert len(cause_of(failure)) < CAUSE_CHARACTERS
