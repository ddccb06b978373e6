"""Makes the events of proposals, as the contracts describe them, ready for the outbox."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from contracts import agent_events as fact
from contracts.catalogue import encode
from contracts.contract import Published
from contracts.envelope import Event, Meta
from kernel.outbox import OutboxEvent
from services.agent.domain.proposal import Proposal
from services.agent.domain.proposed import Kind, Sending, Steering

NewId = Callable[[], str]


def made(proposal: Proposal, new_id: NewId) -> OutboxEvent:
    content = proposal.content
    data = fact.ProposalMadeV1(
        **_named(proposal),
        sentence=content.card.sentence,
        made_at=content.made_at,
        expires_at=content.expires_at,
    )
    return _event(data, proposal, content.made_at, new_id)


def confirmed(proposal: Proposal, new_id: NewId) -> OutboxEvent:
    """Also of one of whose steps some failed: its transfers are those that were done."""
    action, at = proposal.content.action, _decided_at(proposal)
    results = tuple(each.result for each in proposal.outcomes if each.result)
    data = fact.ProposalConfirmedV1(
        **_named(proposal),
        confirmed_by=proposal.decided_by or proposal.owner,
        session_id=proposal.session_id or "",
        transfer_ids=results if isinstance(action, Sending | Steering) else (),
        ticket_id=results[0] if action.kind is Kind.TICKET else None,
        confirmed_at=at,
    )
    return _event(data, proposal, at, new_id)


def rejected(
    proposal: Proposal, why: Literal["rejected", "superseded"], new_id: NewId
) -> OutboxEvent:
    at = _decided_at(proposal)
    by = proposal.decided_by or proposal.owner
    data = fact.ProposalRejectedV1(**_named(proposal), why=why, by=by, rejected_at=at)
    return _event(data, proposal, at, new_id)


def _named(proposal: Proposal) -> dict[str, Any]:
    content = proposal.content
    return {
        "proposal_id": proposal.id,
        "conversation_id": content.conversation_id,
        "owner": content.owner,
        "kind": content.action.kind.value,
        "digest": proposal.digest,
    }


def _decided_at(proposal: Proposal) -> datetime:
    if proposal.decided_at is None:
        raise ValueError(f"proposal {proposal.id} is not decided")
    return proposal.decided_at


def _event(data: Published, proposal: Proposal, at: datetime, new_id: NewId) -> OutboxEvent:
    event_id = new_id()
    meta = Meta(event_id=event_id, occurred_at=at, correlation_id=proposal.correlation_id)
    detail_type, detail = encode(Event(meta=meta, data=data))
    return OutboxEvent(event_id, detail_type, detail)
