"""Every wish in every status. The state changes only in the allowed ways."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.chunks import ChunkPlan, plan_chunks
from services.transfer.domain.errors import NoSpace, TransferCancelled, WrongState
from services.transfer.domain.failure import Failure
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.proof import Proof, Proven, Receipt, SourceChecksum
from services.transfer.domain.source import SourceObject
from services.transfer.domain.status import Fact, Status
from services.transfer.domain.strategy import UNKNOWN
from services.transfer.domain.transfer import Change, Transfer
from tests.conformance.records import a_full_transfer, a_transfer, after
from tests.conformance.stores import NOON
from tests.unit.transfer.recording import recorded_anew

PLAN = ChunkPlan(10, 5)
MADE = PartFile("/in/.a.t-1.part", "place", NOON, made=True)
PLANNED = replace(MADE, made=False, opening=False)
PROOF = Proof(MADE.path, 1, SourceChecksum.MATCHED, Algorithm.CRC32, Proven.SIZE)
LATER = after(5)

WISHES: dict[str, Callable[[Transfer], Change]] = {
    "pause": lambda transfer: transfer.pause(LATER, "ann"),
    "resume": lambda transfer: transfer.resume(LATER, "ann"),
    "cancel": lambda transfer: transfer.cancel(LATER, "ann"),
    "retry": lambda transfer: transfer.retry(LATER, "ann", go_on=True),
}
GRANTED = {
    (Status.REQUESTED, "pause"): Status.PAUSED,
    (Status.MOVING, "pause"): Status.PAUSED,
    (Status.PAUSED, "resume"): Status.MOVING,  # its lanes may work already
    (Status.REQUESTED, "cancel"): Status.CANCELLING,
    (Status.MOVING, "cancel"): Status.CANCELLING,
    (Status.PAUSED, "cancel"): Status.CANCELLING,
    (Status.VERIFYING, "cancel"): Status.CANCELLING,
    (Status.FAILED, "retry"): Status.REQUESTED,
}
IDLE = {  # it is so already, so nothing changes and nothing is told
    (Status.PAUSED, "pause"),
    (Status.CANCELLING, "cancel"),
    (Status.CANCELLED, "cancel"),
}
TOLD = {
    "pause": [Fact.PAUSED],
    "resume": [Fact.RESUMED, Fact.STARTED],
    "cancel": [],  # at its end
    "retry": [Fact.REQUESTED],
}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("wish", list(WISHES))
def test_a_wish_is_granted_or_refused_by_the_table(status: Status, wish: str) -> None:
    transfer = a_transfer(status=status, plan=plan_chunks(1), begun_run=1)
    granted = GRANTED.get((status, wish))
    if granted is not None:
        changed = WISHES[wish](transfer)
        assert (changed.transfer.status, changed.transfer.updated_at) == (granted, LATER)
        assert list(changed.facts) == TOLD[wish]
    elif (status, wish) in IDLE:
        assert WISHES[wish](transfer) == Change(transfer)
    else:
        refusal = TransferCancelled if status is Status.CANCELLING else WrongState
        with pytest.raises(refusal, match=transfer.id):
            WISHES[wish](transfer)
    assert transfer.status is status


def test_a_refusal_names_transfer_state_and_wish() -> None:
    with pytest.raises(WrongState, match="t-1 is completed: it cannot be paused"):
        a_transfer(status=Status.COMPLETED).pause(LATER, "ann")


def test_a_transfer_paused_before_its_lanes_may_work_waits_for_its_workflow_again() -> None:
    resumed = a_transfer(status=Status.PAUSED).resume(LATER, "ann")
    assert (resumed.transfer.status, resumed.facts) == (Status.REQUESTED, (Fact.RESUMED,))


@pytest.mark.parametrize(
    "step",
    [
        Transfer.active,
        lambda each: each.awaited("token"),
        lambda each: each.record_part(MADE, PLAN, UNKNOWN),
        lambda each: replace(each, part=PLANNED).opening(1, PLANNED.path, LATER),
        lambda each: each.begin(1, 1, "print", LATER),
        lambda each: each.start_over(1, LATER),
        lambda each: each.replan(1, UNKNOWN),
        lambda each: each.proved_by_lane(PROOF, LATER),
        lambda each: each.verifying(LATER),
        lambda each: each.committing(LATER),
        lambda each: each.pause(LATER, "ann"),
        lambda each: each.resume(LATER, "ann"),
    ],
)
def test_only_cancelled_follows_cancelling(step: Callable[[Transfer], object]) -> None:
    cancelling = a_transfer(status=Status.CANCELLING, generation=1, part=MADE)
    with pytest.raises(TransferCancelled):
        step(cancelling)
    ended = cancelling.end(LATER, no_receipt)
    assert (ended.transfer.status, ended.facts) == (Status.CANCELLED, (Fact.CANCELLED,))


def no_receipt(transfer: Transfer) -> Receipt:
    raise AssertionError(f"{transfer.id} did not complete")


def test_a_retry_goes_on_with_its_part_file_in_a_new_run() -> None:
    failed = replace(a_full_transfer(), receipt=None)
    again = failed.retry(LATER, "ann", go_on=True).transfer
    assert (again.run, again.generation) == (failed.run + 1, failed.generation)
    assert (again.plan, again.part, again.leftovers) == (failed.plan, failed.part, failed.leftovers)
    assert again.source_object == failed.source_object
    assert (again.failure, again.finished_at, again.task_tokens) == (None, None, ())
    assert (again.keep_part_until, again.moved_again) == (None, False)
    assert again.final_path == failed.final_path  # the rename's answer may have been lost


def test_a_retry_from_the_beginning_leaves_its_part_file_over() -> None:
    failed = replace(a_full_transfer(), receipt=None)
    again = failed.retry(LATER, "ann", go_on=False).transfer
    assert (again.run, again.source_object, again.plan) == (failed.run + 1, None, None)
    assert (again.part, again.final_path, again.proof) == (None, None, None)
    assert again.leftovers == (*failed.leftovers, failed.part)  # until it is removed
    recorded = recorded_anew(again)
    assert recorded.generation == failed.generation + 1


def test_the_receipt_of_a_completed_transfer_shows_what_is_still_left() -> None:
    full = a_full_transfer()
    assert full.receipt is not None
    gone = full.removed(dict.fromkeys(full.leftovers), after(10_000))
    assert gone.receipt is not None
    assert gone.receipt.left_behind == gone.left_behind == (full.left_behind[-1],)
    tidy = gone.back_in_place()
    assert tidy.receipt is not None
    assert tidy.receipt.left_behind == ()


@pytest.mark.parametrize("status", list(Status))
def test_lanes_fail_a_transfer_only_while_they_work(status: Status) -> None:
    transfer = a_transfer(status=status, generation=2)
    failure = Failure.of(NoSpace("/in/a", 0))
    works = status in {Status.REQUESTED, Status.MOVING, Status.PAUSED}
    failed = transfer.lane_failed(2, failure, LATER)
    assert (failed.failure == failure) is works
    assert failed.status is (Status.FAILING if works else status)
    assert transfer.lane_failed(1, failure, LATER) == transfer  # of another part file
    troubled = transfer.lane_troubled(2, failure, LATER)
    assert (troubled.transfer.failure == failure) is works
    told = works and status is not Status.PAUSED
    assert troubled.facts == ((Fact.DELAYED,) if told else ())
    assert transfer.lane_troubled(1, failure, LATER) == Change(transfer)


def test_what_was_moved_again_is_not_moved_a_third_time_by_itself() -> None:
    verifying = a_transfer(status=Status.VERIFYING, generation=1, part=MADE, plan=PLAN)
    again = verifying.move_again(MADE.path, LATER)
    assert (again.status, again.moved_again) == (Status.MOVING, True)
    assert (again.part, again.leftovers) == (None, (MADE,))
    assert again.move_again(MADE.path, LATER) is again  # by whoever saw the same damage
    second = replace(again, status=Status.VERIFYING, part=replace(MADE, path="/in/another.part"))
    assert second.move_again(MADE.path, LATER) is second
    with pytest.raises(WrongState):
        second.move_again("/in/another.part", LATER)


def test_a_pause_that_came_too_late_is_told_as_resumed_again() -> None:
    paused = a_transfer(status=Status.PAUSED, generation=1, part=MADE, begun_run=1, started_run=1)
    verifying = paused.verifying(LATER)
    assert (verifying.transfer.status, verifying.facts) == (Status.VERIFYING, (Fact.RESUMED,))


@pytest.mark.parametrize("status", list(Status))
def test_a_lane_gives_the_file_its_name_only_while_it_moves_or_was_paused_too_late(
    status: Status,
) -> None:
    transfer = a_transfer(status=status, generation=1, part=MADE, begun_run=1, started_run=1)
    if status in {Status.MOVING, Status.PAUSED, Status.VERIFYING}:
        change = transfer.proved_by_lane(PROOF, LATER)
        assert (change.transfer.status, change.transfer.proof) == (Status.COMMITTING, PROOF)
        assert change.facts == ((Fact.RESUMED,) if status is Status.PAUSED else ())
        with pytest.raises(WrongState):
            transfer.proved_by_lane(replace(PROOF, part="/in/another"), LATER)
        return
    with pytest.raises((WrongState, TransferCancelled)):
        transfer.proved_by_lane(PROOF, LATER)


def test_nothing_is_committed_that_was_not_proved() -> None:
    verifying = a_transfer(status=Status.VERIFYING, generation=1, part=MADE)
    proof = Proof("/in/another", 1, SourceChecksum.MATCHED, Algorithm.CRC32, Proven.SIZE)
    with pytest.raises(WrongState):
        verifying.proved(proof)
    with pytest.raises(ValueError, match="no proof"):
        verifying.committing(LATER)
    with pytest.raises(ValueError, match="never proved"):
        replace(verifying, proof=proof).committing(LATER)
    with pytest.raises(ValueError, match="no part file"):
        replace(verifying, part=None).committing(LATER)


def test_nothing_is_completed_before_its_rename_was_seen() -> None:
    with pytest.raises(WrongState, match="committing"):
        a_transfer(status=Status.COMMITTING, part=MADE).end(LATER, no_receipt)


def test_what_the_workflow_has_not_found_yet_is_a_bug_to_ask_for() -> None:
    bare, full = a_transfer(), a_full_transfer()
    for fact in ("known_source", "known_plan", "known_part", "known_proof"):
        with pytest.raises(ValueError, match="t-1"):
            getattr(bare, fact)
    assert isinstance(full.known_source, SourceObject)
    assert (full.known_plan, full.known_part) == (full.plan, full.part)


def test_a_failure_keeps_code_sentence_and_class_of_its_error() -> None:
    failure = Failure.of(NoSpace("/in/a", 0))
    assert (failure.code, failure.retryable) == ("no_space", False)
    assert "make room" in failure.message
