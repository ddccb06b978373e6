"""What makes a proposal the open one of its conversation, and what ends it for another message."""

from datetime import datetime

from services.agent.domain.errors import ProposalsBusy
from services.agent.domain.ports import Conversations, ProposalChange, Proposals
from services.agent.domain.proposal import Proposal, State
from services.agent.domain_services import announce_proposals as announce
from services.agent.domain_services.announce_proposals import NewId

TRIES = 10  # each is lost to somebody who decided about the same proposal at the same moment


def keep_proposal(proposal: Proposal, proposals: Proposals, new_id: NewId) -> None:
    """The one that was open until now is superseded. Raises ProposalsBusy."""
    conversation_id, now = proposal.content.conversation_id, proposal.content.made_at
    new = ProposalChange(proposal, events=(announce.made(proposal, new_id),))
    for _ in range(TRIES):
        before = proposals.newest_of(conversation_id)
        newest = _end_of(before, now, new_id) if before else None
        if proposals.make(new, newest):
            return
    raise ProposalsBusy(proposal.id)


def supersede_open(
    conversation_id: str, now: datetime, proposals: Proposals, new_id: NewId
) -> Proposal | None:
    """Another message was written: an open proposal is over. One that is being confirmed is not
    open any more, and goes on. The proposal that was ended, if there was one. Raises
    ProposalsBusy."""
    for _ in range(TRIES):
        before = proposals.newest_of(conversation_id)
        if before is None:
            return None
        change = _end_of(before, now, new_id)
        if not change.events:
            return None
        if proposals.store(change):
            return change.now
    raise ProposalsBusy(conversation_id)


def open_proposal(conversation_id: str, now: datetime, proposals: Proposals) -> Proposal | None:
    """The one of the conversation that waits for its owner, or is being confirmed."""
    found = proposals.newest_of(conversation_id)
    return found if found is not None and found.waits(now) else None


def supersede_left_behind(
    reopened: Proposal,
    now: datetime,
    conversations: Conversations,
    proposals: Proposals,
    new_id: NewId,
) -> bool:
    """Whether it is over after all: a message or another proposal came while it was being
    confirmed, and let it be. Raises ProposalsBusy."""
    for _ in range(TRIES):
        found = proposals.read(reopened.id)
        if found is None or found.state_at(now) is not State.OPEN:
            return found is not None and found.state is State.SUPERSEDED
        if not _is_left_behind(found, conversations, proposals):
            return False
        if proposals.store(_end_of(found, now, new_id)):
            return True
    raise ProposalsBusy(reopened.id)


def _is_left_behind(proposal: Proposal, conversations: Conversations, proposals: Proposals) -> bool:
    conversation_id = proposal.content.conversation_id
    newest, found = proposals.newest_of(conversation_id), conversations.read(conversation_id)
    if newest is not None and newest.id != proposal.id:
        return True
    asked = conversations.entry(found.id, found.last_asked) if found else None
    return asked is not None and asked.at > proposal.content.made_at


def _end_of(before: Proposal, now: datetime, new_id: NewId) -> ProposalChange:
    after = before.superseded(now)
    if after is None:
        return ProposalChange(before, before)
    return ProposalChange(after, before, (announce.rejected(after, "superseded", new_id),))
