"""A confirmed proposal is done once, as it was shown, or not at all."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from services.agent.domain.conversation import Conversation
from services.agent.domain.errors import (
    BeingConfirmed,
    ConfirmUnclear,
    DigestDiffers,
    NotDoneYet,
    ProposalNotFound,
    ProposalOver,
)
from services.agent.domain.ports import Written
from services.agent.domain.proposal import Proposal, State
from services.agent.domain_services.keep_proposal import supersede_open
from services.agent.use_cases.reject_proposal import reject_proposal
from tests.fakes.callers import ANN, BOB
from tests.fakes.lives import Killed
from tests.fakes.partners import HOST_KEY
from tests.unit.agent.confirming import BODY, BUCKET, KEY, LEASE, Confirming, lost

CALLS = 6  # of a confirmation: read, claim, two looks, the act, the record


def done_once(it: Confirming, proposal: Proposal) -> None:
    """Judges the end: one transfer, which the record, its event and the transfer agree on."""
    [transfer] = it.transfers()
    after = it.state(proposal)
    assert after.state is State.CONFIRMED
    assert [each.result for each in after.outcomes] == [transfer.id]
    assert it.confirmation()["transfer_ids"] == [transfer.id]
    assert it.confirmation()["digest"] == proposal.digest
    assert transfer.origin is not None
    assert (transfer.origin.proposal_id, transfer.origin.digest) == (proposal.id, proposal.digest)
    assert (transfer.owner, transfer.source.key) == ("ann", KEY)


def nothing_done(it: Confirming, proposal: Proposal, code: str) -> None:
    assert it.transfers() == []
    after = it.state(proposal)
    assert after.state is State.FAILED
    assert after.trouble is not None
    assert after.trouble.code == code
    assert "ProposalConfirmed.v1" not in it.told()


def test_what_was_shown_is_started_and_the_same_answer_comes_again() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    assert it.transfers() == []
    first = it.confirm(proposal)
    done_once(it, proposal)
    assert it.confirm(proposal).outcomes == first.outcomes
    done_once(it, proposal)
    assert it.told() == ["ProposalMade.v1", "ProposalConfirmed.v1"]


def test_another_session_of_the_same_user_may_confirm_and_is_named() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.confirm(proposal, replace(ANN, session_id="s-9"))
    assert it.confirmation()["session_id"] == "s-9"


def test_nobody_else_and_no_other_digest_confirms() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    with pytest.raises(ProposalNotFound):
        it.confirm(proposal, BOB)
    with pytest.raises(DigestDiffers):
        it.confirm(proposal, digest="0" * 64)
    assert (it.transfers(), it.state(proposal).state) == ([], State.OPEN)
    it.confirm(proposal)
    with pytest.raises(DigestDiffers):
        it.confirm(proposal, digest="0" * 64)


@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_two_who_confirm_at_once_start_one_transfer(number: int) -> None:
    """The second one comes just before each call of the first, and once more after its lease."""
    it = Confirming()
    proposal = it.start_proposed()

    def second() -> None:
        try:
            it.confirm(proposal)
        except BeingConfirmed:
            it.pass_time(LEASE)
            it.confirm(proposal)

    met = it.calls.before("[hp][tr]*.*", second, number)
    it.confirm(proposal)
    done_once(it, proposal)
    assert met()


@pytest.mark.parametrize("number", range(1, 16))
def test_whoever_dies_in_the_middle_is_followed_by_one_who_finds_what_was_done(
    number: int,
) -> None:
    it = Confirming()
    proposal = it.start_proposed()
    killed = it.calls.kill("*", number)
    with it.calls.worker(), suppress(Killed):
        it.confirm(proposal)
    it.calls.forget()
    try:
        it.confirm(proposal)
    except BeingConfirmed:
        it.pass_time(LEASE)
        it.world.buckets.put(BUCKET, KEY, BODY if len(it.transfers()) == 0 else b"new by now")
        it.confirm(proposal)
    done_once(it, proposal)
    assert killed()


@pytest.mark.parametrize("number", range(3))
def test_a_lost_answer_leaves_it_open_or_unclear_and_the_next_try_settles_it(number: int) -> None:
    """Of the two reads nothing is unclear. Of the write everything is."""
    it = Confirming()
    proposal = it.start_proposed()
    it.calls.lose_answer("http.send", lost, after=number)
    expected = NotDoneYet if number < 2 else ConfirmUnclear
    with pytest.raises(expected):
        it.confirm(proposal)
    if number < 2:
        assert it.state(proposal).state is State.OPEN
    else:
        assert it.state(proposal).state is State.CONFIRMING
        with pytest.raises(BeingConfirmed):
            it.confirm(proposal)
        with pytest.raises(BeingConfirmed):
            reject_proposal(proposal.id, proposal.digest, ANN, ports=it.ports)
        it.pass_time(LEASE)
        bare = it.take_grants_from("ann")  # too late: it was started while they were there
        it.confirm(proposal, bare)
    it.confirm(proposal)
    done_once(it, proposal)


def test_a_write_that_never_arrived_is_checked_again_before_it_is_sent_again() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.calls.fail("http.send", lost, after=2)
    with pytest.raises(ConfirmUnclear):
        it.confirm(proposal)
    it.pass_time(LEASE)
    it.world.buckets.put(BUCKET, KEY, b"new by now")
    it.confirm(proposal)
    nothing_done(it, proposal, "source_changed")


def test_an_object_that_was_replaced_is_not_sent() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.world.buckets.put(BUCKET, KEY, b"y" * len(BODY))
    it.confirm(proposal)
    nothing_done(it, proposal, "source_changed")


def test_an_object_that_is_replaced_behind_the_last_look_is_not_sent_either() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.calls.before("http.send", lambda: it.world.buckets.put(BUCKET, KEY, b"other"), 3)
    it.confirm(proposal)
    nothing_done(it, proposal, "source_changed")


def test_a_changed_host_key_ends_it() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    found = it.world.ports.destinations.read("acme")
    other = replace(HOST_KEY, blob=HOST_KEY.blob[:-4] + "AAAA")
    it.world.ports.destinations.save(replace(found, host_keys=(other,)))
    it.confirm(proposal)
    nothing_done(it, proposal, "host_key_changed")


def test_rights_that_were_taken_end_it() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.confirm(proposal, it.take_grants_from("ann"))
    nothing_done(it, proposal, "destination_not_granted")


def test_rights_that_only_the_api_knows_are_gone_end_it() -> None:
    """The authorizer's answer is a minute old, the API's own look is not."""
    it = Confirming()
    proposal = it.start_proposed()
    it.take_grants_from("ann")
    it.confirm(proposal, ANN)
    after = it.state(proposal)
    assert (it.transfers(), after.state) == ([], State.FAILED)


def test_an_expired_one_is_over_and_one_that_was_claimed_in_time_goes_on() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.pass_time(proposal.content.expires_at - it.world.clock)
    with pytest.raises(ProposalOver, match="expired"):
        it.confirm(proposal)
    it = Confirming()
    proposal = it.start_proposed()
    it.pass_time(proposal.content.expires_at - it.world.clock - timedelta(seconds=1))
    it.calls.slow("http.send", 5)
    it.confirm(proposal)
    done_once(it, proposal)


def test_it_expires_between_the_look_at_it_and_the_claim() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.pass_time(proposal.content.expires_at - it.world.clock - timedelta(seconds=1))
    it.calls.slow("proposals.read", 2)
    with pytest.raises(ProposalOver, match="expired"):
        it.confirm(proposal)
    assert it.transfers() == []


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("rejects", [True, False], ids=["rejection", "message"])
def test_what_else_is_decided_in_the_middle_wins_whole_or_not_at_all(
    number: int, rejects: bool
) -> None:
    it = Confirming()
    proposal = it.start_proposed()

    def other() -> None:
        if rejects:
            with suppress(BeingConfirmed):
                reject_proposal(proposal.id, proposal.digest, ANN, ports=it.ports)
        else:
            supersede_open("conv-1", it.world.clock, it.stored, it.ports.new_id)

    it.calls.before("[hp][tr]*.*", other, number)
    if number <= 2:  # before it is claimed
        with pytest.raises(ProposalOver):
            it.confirm(proposal)
        assert it.transfers() == []
        assert it.state(proposal).state is (State.REJECTED if rejects else State.SUPERSEDED)
        assert it.told() == ["ProposalMade.v1", "ProposalRejected.v1"]
    else:
        it.confirm(proposal)
        done_once(it, proposal)
        assert it.told() == ["ProposalMade.v1", "ProposalConfirmed.v1"]


def test_a_second_proposal_of_the_conversation_ends_the_first() -> None:
    it = Confirming()
    first, second = it.start_proposed(), it.start_proposed()
    with pytest.raises(ProposalOver, match="superseded"):
        it.confirm(first)
    it.confirm(second)
    done_once(it, second)


def test_without_time_for_a_step_it_is_open_again() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.calls.slow("http.send", 15)
    with pytest.raises(NotDoneYet, match="too little time"):
        it.confirm(proposal)
    assert it.state(proposal).state is State.OPEN
    it.confirm(proposal)
    done_once(it, proposal)


def write_another_message(it: Confirming) -> None:
    """As a turn begins: stored, then whatever is open is superseded."""
    conversations, now = it.conversations, it.ports.now()
    opened = conversations.open(Conversation("conv-1", "ann", now, now), [])
    begun, entries = opened.begun("turn-1", "no, wait", now)
    assert conversations.save(begun, Written(entries), now) is not None
    supersede_open("conv-1", now, it.ports.proposals, it.ports.new_id)


@pytest.mark.parametrize(
    ("call", "number"), [("http.send", 1), ("http.send", 2), ("proposals.store", 2)]
)
def test_a_message_amid_a_confirmation_of_which_nothing_came_ends_the_proposal(
    call: str, number: int
) -> None:
    """It is being confirmed when the message comes, and open again behind it."""
    it = Confirming()
    proposal = it.start_proposed()
    it.pass_time(timedelta(seconds=1))
    met = it.calls.before(call, lambda: write_another_message(it), number)
    it.calls.lose_answer("http.send", lost, after=1)
    with pytest.raises(ProposalOver, match="superseded"):
        it.confirm(proposal)
    assert met()
    assert it.state(proposal).state is State.SUPERSEDED
    assert it.transfers() == []


def test_another_proposal_amid_such_a_confirmation_is_the_only_open_one() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    made: list[Proposal] = []
    it.calls.before("http.send", lambda: made.append(it.start_proposed()))
    answers = it.http.serve
    it.http.serve = lambda event: (
        {"statusCode": 429, "body": '{"code":"throttled","detail":"Too many calls."}'}
        if made
        else answers(event)
    )
    with pytest.raises(ProposalOver, match="superseded"):
        it.confirm(proposal)
    assert (it.state(proposal).state, it.state(made[0]).state) == (State.SUPERSEDED, State.OPEN)
