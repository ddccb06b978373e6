"""Proposals as the API shows them."""

from datetime import datetime
from itertools import zip_longest
from typing import Any

from contracts import agent_api as http
from contracts.transfer_events import Failure
from kernel.pages import Page
from services.agent.domain.estimate import Estimate
from services.agent.domain.proposal import Outcome, Proposal
from services.agent.domain.proposed import Step
from services.agent.domain.trouble import Trouble


def proposal_view(proposal: Proposal, now: datetime) -> http.ProposalView:
    content = proposal.content
    card, state = content.card, proposal.state_at(now)
    kind: Any = content.action.kind.value
    return http.ProposalView(
        id=content.id,
        conversation_id=content.conversation_id,
        owner=content.owner,
        kind=kind,
        state=state.value,
        sentence=card.sentence,
        steps=tuple(_step(step, done) for step, done in zip_longest(card.steps, proposal.outcomes)),
        lines=tuple(http.Line(label=each.label, value=each.value) for each in card.lines),
        cautions=card.cautions,
        strategy=card.strategy,
        estimate=_estimate(card.estimate),
        canonical=proposal.canonical,
        digest=proposal.digest,
        made_at=content.made_at,
        expires_at=content.expires_at,
        decided_at=proposal.decided_at,
        decided_by=proposal.decided_by,
        failure=_failure(proposal.trouble),
    )


def proposals_page(page: Page[Proposal], now: datetime) -> http.ProposalsPage:
    shown = tuple(proposal_view(each, now) for each in page.items)
    return http.ProposalsPage(proposals=shown, cursor=page.cursor)


def _step(step: Step, done: Outcome | None) -> http.StepView:
    return http.StepView(
        sentence=step.sentence,
        size_bytes=step.size_bytes,
        result=done.result if done else None,
        failure=_failure(done.trouble) if done else None,
    )


def _failure(trouble: Trouble | None) -> Failure | None:
    if trouble is None:
        return None
    return Failure(code=trouble.code, message=trouble.message, retryable=trouble.retryable)


def _estimate(estimate: Estimate | None) -> http.EstimateView | None:
    if estimate is None:
        return None
    return http.EstimateView(**vars(estimate))
