"""Batches, steered transfers and tickets: each step is done once, whatever breaks."""

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from services.agent.domain.errors import (
    BeingConfirmed,
    ConfirmUnclear,
    ConfirmUnfinished,
    NotDoneYet,
    ProposalTooOld,
)
from services.agent.domain.proposal import Proposal, State
from services.agent.use_cases.reject_proposal import reject_proposal
from services.transfer.domain.status import Status
from services.transfer.use_cases.steer_transfer import cancel_transfer, pause_transfer
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.unit.agent.confirming import BODY, BUCKET, KEY, LEASE, Confirming, lost

OTHER = "daily/b.csv"


def batch(it: Confirming) -> Proposal:
    it.world.buckets.put(BUCKET, OTHER, BODY)
    it.listed()
    return it.proposed(action="batch", objects=["obj_1", "obj_2"], destination="dest_1")


def sent(it: Confirming) -> list[str]:
    return sorted(each.source.key for each in it.transfers())


def test_each_object_of_a_batch_is_a_transfer_of_its_own() -> None:
    it = Confirming()
    after = it.confirm(batch(it))
    assert sent(it) == [KEY, OTHER]
    assert sorted(str(each.result) for each in after.outcomes) == sorted(
        each.id for each in it.transfers()
    )
    assert len(it.confirmation()["transfer_ids"]) == 2


def test_a_step_that_is_refused_leaves_the_others_as_they_are() -> None:
    it = Confirming()
    proposal = batch(it)
    posts = 5  # read_destination, two looks at objects, then the first write
    it.calls.before("http.send", lambda: it.world.buckets.put(BUCKET, OTHER, b"new"), posts)
    after = it.confirm(proposal)
    assert sent(it) == [KEY]
    assert after.state is State.CONFIRMED
    assert [bool(each.result) for each in after.outcomes] == [True, False]
    assert after.outcomes[1].trouble is not None
    assert after.outcomes[1].trouble.code == "source_changed"
    assert it.confirmation()["transfer_ids"] == [after.outcomes[0].result]


def test_nothing_of_a_batch_is_started_when_one_of_it_changed() -> None:
    it = Confirming()
    proposal = batch(it)
    it.world.buckets.put(BUCKET, OTHER, b"new")
    assert it.confirm(proposal).state is State.FAILED
    assert sent(it) == []


@pytest.mark.parametrize("number", range(1, 10))
def test_a_batch_that_breaks_at_any_call_is_brought_to_its_end(number: int) -> None:
    """And what changes meanwhile is not sent a second time, nor forgotten."""
    it = Confirming()
    proposal = batch(it)
    killed = it.calls.kill("[hp][tr]*.*", number)
    with it.calls.worker(), suppress(Killed):
        it.confirm(proposal)
    it.calls.forget()
    before = sent(it)
    it.pass_time(LEASE)
    it.world.buckets.put(BUCKET, OTHER, b"new by now")
    after = it.confirm(proposal)
    assert killed() or number == 9
    expected = before or []
    assert sent(it) == sorted({*expected})
    assert sorted(str(each.result) for each in after.outcomes if each.result) == sorted(
        each.id for each in it.transfers()
    )
    assert after.state is (State.CONFIRMED if expected else State.FAILED)


def test_a_batch_for_which_time_is_too_short_goes_on_at_once_when_it_is_confirmed_again() -> None:
    it = Confirming()
    proposal = batch(it)
    it.calls.slow("http.send", 15, number=4)  # the first write
    with pytest.raises(ConfirmUnfinished, match="1 of the 2 steps"):
        it.confirm(proposal)
    assert sent(it) == [KEY]
    assert it.confirm(proposal).state is State.CONFIRMED
    assert sent(it) == [KEY, OTHER]


def test_what_goes_on_a_day_later_is_refused() -> None:
    it = Confirming()
    proposal = batch(it)
    it.calls.lose_answer("http.send", lost, after=3)
    with pytest.raises(ConfirmUnclear):
        it.confirm(proposal)
    it.pass_time(timedelta(days=1))
    with pytest.raises(ProposalTooOld):
        it.confirm(proposal)
    with pytest.raises(ProposalTooOld):  # and not: confirm it again
        reject_proposal(proposal.id, proposal.digest, ANN, ports=it.ports)
    assert sent(it) == [KEY]


def test_a_throttled_step_is_no_failure() -> None:
    it = Confirming()
    proposal = batch(it)
    answers = it.http.serve
    posts = []

    def serve(event: dict[str, Any]) -> dict[str, Any]:
        posts.append(event["httpMethod"])
        if posts[-1] == "POST" and posts.count("POST") == 2:
            return {"statusCode": 429, "body": '{"code":"throttled","detail":"Too many calls."}'}
        return answers(event)

    it.http.serve = serve
    with pytest.raises(ConfirmUnfinished, match="1 of the 2 steps"):
        it.confirm(proposal)
    assert it.confirm(proposal).state is State.CONFIRMED
    assert sent(it) == [KEY, OTHER]


@pytest.mark.parametrize(
    ("status", "expected", "state"),
    [
        (401, NotDoneYet, State.OPEN),
        (429, NotDoneYet, State.OPEN),
        (503, ConfirmUnfinished, State.CONFIRMING),
    ],
)
def test_a_refusal_that_passes_leaves_it_to_be_confirmed_again(
    status: int, expected: type[Exception], state: State
) -> None:
    """503 may come from what follows the change. So the next one looks whether it is done."""
    it = Confirming()
    transfer_id = moving(it)
    proposal = it.proposed(action="pause", transfer="tra_1")
    answers = it.http.serve

    def serve(event: dict[str, Any]) -> dict[str, Any]:
        if event["httpMethod"] != "POST":
            return answers(event)
        if status == 503:
            answers(event)
        return {"statusCode": status, "body": '{"code":"busy","detail":"Try again."}'}

    it.http.serve = serve
    with pytest.raises(expected):
        it.confirm(proposal)
    assert it.state(proposal).state is state
    it.http.serve = answers
    assert it.confirm(proposal).state is State.CONFIRMED
    assert it.world.transfers.read(transfer_id).status is Status.PAUSED


def moving(it: Confirming) -> str:
    transfer = it.world.request(BODY)
    it.listed()
    return transfer.id


@pytest.mark.parametrize(
    ("action", "status"), [("pause", Status.PAUSED), ("cancel", Status.CANCELLING)]
)
def test_a_transfer_is_steered_once_also_when_the_answer_was_lost(
    action: str, status: Status
) -> None:
    it = Confirming()
    transfer_id = moving(it)
    proposal = it.proposed(action=action, transfer="tra_1")
    it.calls.lose_answer("http.send", lost, after=1)
    with pytest.raises(ConfirmUnclear):
        it.confirm(proposal)
    it.pass_time(LEASE)
    after = it.confirm(proposal)
    assert it.world.transfers.read(transfer_id).status is status
    assert [each.result for each in after.outcomes] == [transfer_id]
    assert after.state is State.CONFIRMED


def test_a_resumed_one_is_resumed_once() -> None:
    it = Confirming()
    transfer_id = moving(it)
    pause_transfer(transfer_id, ANN, ports=it.world.ports)
    proposal = it.proposed(action="resume", transfer="tra_1")
    it.calls.lose_answer("http.send", lost, after=2)
    with pytest.raises(ConfirmUnclear):
        it.confirm(proposal)
    it.pass_time(LEASE)
    assert it.confirm(proposal).state is State.CONFIRMED
    assert it.world.transfers.read(transfer_id).status is Status.REQUESTED


def failed(it: Confirming) -> str:
    it.world.buckets.put(BUCKET, "reports/day.csv", BODY)
    transfer = it.world.request(BODY)
    del it.world.buckets.objects_by_bucket[BUCKET]["reports/day.csv"]
    it.world.run()
    assert it.world.read(transfer).status is Status.FAILED
    it.world.buckets.put(BUCKET, "reports/day.csv", BODY)
    it.listed()
    return transfer.id


@pytest.mark.parametrize("number", range(1, 7))
def test_a_failed_transfer_is_retried_once_whatever_breaks(number: int) -> None:
    it = Confirming()
    transfer_id = failed(it)
    proposal = it.proposed(action="retry", transfer="tra_1")
    killed = it.calls.kill("[hp][tr]*.*", number)
    with it.calls.worker(), suppress(Killed):
        it.confirm(proposal)
    it.calls.forget()
    it.pass_time(LEASE)
    assert it.confirm(proposal).state is State.CONFIRMED
    assert killed()
    assert it.world.transfers.read(transfer_id).run == 2


def test_a_transfer_that_went_on_since_is_not_steered() -> None:
    it = Confirming()
    transfer_id = moving(it)
    proposal = it.proposed(action="pause", transfer="tra_1")
    cancel_transfer(transfer_id, ANN, ports=it.world.ports)
    after = it.confirm(proposal)
    assert after.state is State.FAILED
    assert after.trouble is not None
    assert after.trouble.code == "transfer_changed"


@pytest.mark.parametrize("number", range(1, 6))
def test_a_ticket_is_opened_once_whatever_breaks(number: int) -> None:
    it = Confirming()
    proposal = it.proposed(action="ticket", said="Open a ticket: it is late")
    it.calls.kill("[hp][tr]*.*", number)
    with it.calls.worker(), suppress(Killed):
        it.confirm(proposal)
    it.calls.forget()
    it.pass_time(LEASE)
    after = it.confirm(proposal)
    [ticket] = it.tickets.tickets.tickets.values()
    assert f"R#{after.outcomes[0].result}" == ticket.key.subject
    assert it.confirmation()["ticket_id"] == after.outcomes[0].result
    assert it.confirmation()["transfer_ids"] == []


def test_of_threads_that_confirm_at_once_one_acts() -> None:
    """The first one waits in its first look until all others came back."""
    it = Confirming()
    proposal = it.start_proposed()
    at_work, others_back = threading.Event(), threading.Event()
    serve, busy = it.http.serve, []

    def slow(event: dict[str, Any]) -> dict[str, Any]:
        at_work.set()
        assert others_back.wait(20)
        return serve(event)

    def confirm() -> None:
        try:
            it.confirm(proposal)
        except BeingConfirmed as error:
            busy.append(error)

    it.http.serve = slow
    first = threading.Thread(target=confirm)
    first.start()
    assert at_work.wait(20)
    others = [threading.Thread(target=confirm) for _ in range(4)]
    for each in others:
        each.start()
    for each in others:
        each.join(20)
    others_back.set()
    first.join(20)
    assert len(busy) == 4
    assert len(it.transfers()) == 1
    assert it.state(proposal).state is State.CONFIRMED
