"""The only ways a transfer's state may change: every status against every wish."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.transfer.domain.chunks import plan_chunks
from services.transfer.domain.errors import NoSpace, TransferCancelled, WrongState
from services.transfer.domain.transfer import Failure, SourceObject, Status, Transfer
from tests.conformance.records import a_full_transfer, a_transfer, after

LATER = after(5)

WISHES: dict[str, Callable[[Transfer], Transfer]] = {
    "pause": lambda transfer: transfer.pause(LATER),
    "resume": lambda transfer: transfer.resume(LATER),
    "cancel": lambda transfer: transfer.cancel(LATER),
    "retry": lambda transfer: transfer.retry(LATER, restart=False),
}
GRANTED = {
    (Status.REQUESTED, "pause"): Status.PAUSED,
    (Status.MOVING, "pause"): Status.PAUSED,
    (Status.PAUSED, "resume"): Status.MOVING,
    (Status.REQUESTED, "cancel"): Status.CANCELLING,
    (Status.MOVING, "cancel"): Status.CANCELLING,
    (Status.PAUSED, "cancel"): Status.CANCELLING,
    (Status.VERIFYING, "cancel"): Status.CANCELLING,
    (Status.FAILED, "retry"): Status.REQUESTED,
}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("wish", list(WISHES))
def test_a_wish_is_granted_or_refused_by_the_table(status: Status, wish: str) -> None:
    transfer = a_transfer(status=status, plan=plan_chunks(1))
    granted = GRANTED.get((status, wish))
    if granted is not None:
        changed = WISHES[wish](transfer)
        assert (changed.status, changed.updated_at) == (granted, LATER)
    elif status is Status.CANCELLING and wish != "cancel":
        with pytest.raises(TransferCancelled):
            WISHES[wish](transfer)
    else:
        refusal = TransferCancelled if status is Status.CANCELLING else WrongState
        with pytest.raises(refusal, match=transfer.id):
            WISHES[wish](transfer)
    assert transfer.status is status


def test_a_refusal_names_transfer_state_and_wish() -> None:
    with pytest.raises(WrongState, match="t-1 is completed: it cannot be paused"):
        a_transfer(status=Status.COMPLETED).pause(LATER)


def test_a_transfer_paused_before_its_plan_waits_for_its_workflow_again() -> None:
    assert a_transfer(status=Status.PAUSED).resume(LATER).status is Status.REQUESTED


def test_only_cancelled_follows_cancelling() -> None:
    cancelling = a_transfer(status=Status.CANCELLING)
    for status in set(Status) - {Status.CANCELLED}:
        with pytest.raises(TransferCancelled):
            cancelling.moved_to(status, LATER, wish="moved", allowed=set(Status))
    done = cancelling.moved_to(
        Status.CANCELLED, LATER, wish="cancelled", allowed={Status.CANCELLING}
    )
    assert done.status is Status.CANCELLED


def test_a_retry_goes_on_with_its_part_file_in_a_new_run() -> None:
    failed = replace(a_full_transfer(), status=Status.FAILED, receipt=None)
    again = failed.retry(LATER, restart=False)
    assert (again.run, again.generation) == (failed.run + 1, failed.generation)
    assert (again.plan, again.part_path) == (failed.plan, failed.part_path)
    assert again.source_object == failed.source_object
    assert (again.failure, again.finished_at, again.task_token) == (None, None, None)
    assert again.keep_part_until is None
    assert again.final_path == failed.final_path  # the rename's answer may have been lost


def test_a_restart_begins_a_new_generation_without_a_past() -> None:
    again = a_full_transfer().retry(LATER, restart=True)
    assert (again.run, again.generation) == (4, 3)
    assert (again.source_object, again.plan, again.final_path) == (None, None, None)
    assert again.part_path is not None  # on record until that file is removed


def test_what_the_workflow_has_not_found_yet_is_a_bug_to_ask_for() -> None:
    bare, full = a_transfer(), a_full_transfer()
    for fact in ("pinned", "planned", "part"):
        with pytest.raises(ValueError, match="t-1"):
            getattr(bare, fact)
    assert isinstance(full.pinned, SourceObject)
    assert (full.planned, full.part) == (full.plan, full.part_path)


def test_a_failure_keeps_code_sentence_and_class_of_its_error() -> None:
    failure = Failure.of(NoSpace("/in/a", 0))
    assert (failure.code, failure.retryable) == ("no_space", False)
    assert "make room" in failure.message
