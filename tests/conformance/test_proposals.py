"""Proposals in memory and in DynamoDB."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from moto import mock_aws

from kernel.outbox import OutboxEvent
from runtime.dynamodb.outbox import DynamoDbOutbox
from services.agent.adapters.dynamodb_proposals import DynamoDbProposals
from services.agent.domain.errors import FieldInvalid
from services.agent.domain.ports import ProposalChange, Proposals
from services.agent.domain.proposal import Outcome, Proposal, State
from services.agent.domain.proposed import Action
from services.agent.domain.trouble import Trouble
from tests.fakes.proposals import InMemoryProposals
from tests.unit.agent.proposals import (
    CANCEL,
    FOLDER,
    MINUTE,
    NOON,
    RETRY,
    START,
    TICKET,
    a_proposal,
)
from tests.unit.runtime.service_table import client_with_table


@dataclass(frozen=True)
class Backend:
    proposals: Proposals
    client: Any = None

    def told(self, *proposals: Proposal) -> list[str]:
        """Ids of the events that were stored with these proposals."""
        if isinstance(self.proposals, InMemoryProposals):
            return [each.event_id for each in self.proposals.told]
        outbox = DynamoDbOutbox(self.client, "agent", "P#")
        return [event.event_id for each in proposals for event in outbox.unpublished(each.id)]


@pytest.fixture(params=["in_memory", "moto"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "in_memory":
        yield Backend(InMemoryProposals())
        return
    with mock_aws():
        client = client_with_table("agent")
        yield Backend(DynamoDbProposals(client, "agent"), client)


def event(name: str) -> OutboxEvent:
    return OutboxEvent(name, "ProposalMade.v1", "{}")


def kept(backend: Backend, proposal: Proposal) -> Proposal:
    newest = backend.proposals.newest_of(proposal.content.conversation_id)
    unchanged = ProposalChange(newest, newest) if newest else None
    assert backend.proposals.make(ProposalChange(proposal), unchanged)
    found = backend.proposals.read(proposal.id)
    assert found is not None
    return found


def ended(proposal: Proposal) -> ProposalChange:
    after = proposal.superseded(NOON + MINUTE)
    assert after is not None
    return ProposalChange(after, proposal, (event("ended"),))


@pytest.mark.parametrize("action", [START, FOLDER, RETRY, CANCEL, TICKET], ids=lambda a: a.kind)
def test_a_proposal_comes_back_as_it_was_stored(backend: Backend, action: Action) -> None:
    proposal = a_proposal(action)
    assert kept(backend, proposal) == replace(proposal, version=1)
    assert backend.proposals.newest_of("c-1") == replace(proposal, version=1)


def test_what_is_not_there_is_none(backend: Backend) -> None:
    assert backend.proposals.read("nobody's") is None
    assert backend.proposals.newest_of("nobody's") is None


def test_all_that_became_of_it_comes_back(backend: Backend) -> None:
    before = kept(backend, a_proposal())
    claimed = before.claimed(before.digest, "me", "s-1", NOON)
    assert backend.proposals.store(ProposalChange(claimed, before))
    found = backend.proposals.read(before.id)
    assert found == replace(claimed, version=2)
    outcomes = (Outcome("t-9"), Outcome(None, Trouble("source_changed", "It changed.", True)))
    done = found.recorded(outcomes, NOON)
    assert backend.proposals.store(ProposalChange(done, found))
    assert backend.proposals.read(before.id) == replace(done, version=3)


def test_of_two_that_change_it_one_wins_with_its_events(backend: Backend) -> None:
    before = kept(backend, a_proposal())
    mine = before.claimed(before.digest, "me", "s-1", NOON)
    yours = before.rejected(before.digest, "jane", NOON)
    assert backend.proposals.store(ProposalChange(mine, before, (event("mine"),)))
    assert not backend.proposals.store(ProposalChange(yours, before, (event("yours"),)))
    found = backend.proposals.read(before.id)
    assert found is not None
    assert found.state is State.CONFIRMING
    assert backend.told(before) == ["mine"]


def test_a_new_one_ends_the_open_one_in_the_same_moment(backend: Backend) -> None:
    first = kept(backend, a_proposal())
    second = a_proposal()
    new = ProposalChange(second, events=(event("made"),))
    assert backend.proposals.make(new, ended(first))
    newest, before = backend.proposals.newest_of("c-1"), backend.proposals.read(first.id)
    assert newest is not None
    assert before is not None
    assert (newest.id, before.state) == (second.id, State.SUPERSEDED)
    assert sorted(backend.told(first, second)) == ["ended", "made"]


def test_a_new_one_is_not_stored_when_the_open_one_was_decided_meanwhile(backend: Backend) -> None:
    first = kept(backend, a_proposal())
    claimed = first.claimed(first.digest, "me", "s-1", NOON)
    assert backend.proposals.store(ProposalChange(claimed, first))
    second = a_proposal()
    new = ProposalChange(second, events=(event("made"),))
    assert not backend.proposals.make(new, ended(first))
    assert not backend.proposals.make(new, ProposalChange(first, first))  # read before
    assert backend.proposals.read(second.id) is None
    assert backend.told(first, second) == []


def test_of_two_that_are_made_at_once_one_is_stored(backend: Backend) -> None:
    mine, yours = a_proposal(), a_proposal()
    assert backend.proposals.make(ProposalChange(mine), None)
    assert not backend.proposals.make(ProposalChange(yours), None)
    newest = kept(backend, a_proposal())
    stale = backend.proposals.read(mine.id)
    assert stale is not None
    assert not backend.proposals.make(ProposalChange(yours), ProposalChange(stale, stale))
    assert backend.proposals.newest_of("c-1") == newest


def test_a_list_has_the_newest_first_and_goes_on_page_by_page(backend: Backend) -> None:
    made = [
        kept(backend, a_proposal(made_at=NOON + n * MINUTE, proposal_id=f"p-{n}")) for n in range(5)
    ]
    kept(backend, a_proposal(owner="joe", conversation_id="c-2"))
    found, cursor = [], None
    for expected in (2, 2, 1):
        page = backend.proposals.of_owner("jane", 2, cursor)
        assert len(page.items) == expected
        found += [each.id for each in page.items]
        cursor = page.cursor
    assert cursor is None
    assert found == [each.id for each in reversed(made)]


def test_a_page_that_ends_with_the_list_has_no_cursor(backend: Backend) -> None:
    kept(backend, a_proposal())
    kept(backend, a_proposal(made_at=NOON + MINUTE))
    assert backend.proposals.of_owner("jane", 2, None).cursor is None
    assert backend.proposals.of_owner("nobody", 2, None).items == []


def test_a_cursor_of_another_list_is_refused(backend: Backend) -> None:
    for n in range(2):
        kept(backend, a_proposal(made_at=NOON + n * MINUTE))
    cursor = backend.proposals.of_owner("jane", 1, None).cursor
    for wrong in (cursor, "made up"):
        with pytest.raises(FieldInvalid):
            backend.proposals.of_owner("joe", 1, wrong)
