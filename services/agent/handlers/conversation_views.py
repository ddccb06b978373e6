"""Conversations as the API shows them."""

from datetime import datetime

from contracts import agent_api as http
from contracts.transfer_events import Failure
from kernel.pages import Page
from services.agent.domain.chat import Speaker
from services.agent.domain.conversation import Entry
from services.agent.domain.trouble import Trouble
from services.agent.domain_services.showing import Answer, Shown
from services.agent.handlers.proposal_views import proposal_view
from services.agent.use_cases.read_health import Health


def conversation_view(shown: Shown, now: datetime) -> http.ConversationView:
    conversation = shown.conversation
    return http.ConversationView(
        id=conversation.id,
        owner=conversation.owner,
        title=conversation.title,
        state="answering" if conversation.is_answering(now) else "idle",
        open_proposal_id=shown.proposal.id if shown.proposal else None,
        messages=conversation.messages,
        opened_at=conversation.opened_at,
        updated_at=conversation.updated_at,
    )


def conversations_page(page: Page[Shown], now: datetime) -> http.ConversationsPage:
    found = tuple(conversation_view(each, now) for each in page.items)
    return http.ConversationsPage(conversations=found, cursor=page.cursor)


def messages_page(shown: Shown, page: Page[Entry], now: datetime) -> http.MessagesPage:
    return http.MessagesPage(
        conversation=conversation_view(shown, now),
        messages=tuple(message_view(each) for each in page.items),
        cursor=page.cursor,
    )


def message_view(entry: Entry) -> http.MessageView:
    return http.MessageView(
        number=entry.number,
        by="user" if entry.by is Speaker.USER else "agent",
        text=entry.text,
        at=entry.at,
        looked_at=entry.looked_at,
        turn_id=entry.turn_id,
        proposal_id=entry.proposal_id,
        trouble=_failure(entry.trouble),
    )


def answer_view(answer: Answer, now: datetime) -> http.AnswerView:
    """With the answer's own proposal, as long as it waits for its owner."""
    proposal = answer.shown.proposal
    own = proposal is not None and proposal.id == answer.entry.proposal_id
    return http.AnswerView(
        conversation=conversation_view(answer.shown, now),
        message=message_view(answer.entry),
        proposal=proposal_view(proposal, now) if proposal and own else None,
        tokens_left_today=answer.tokens_left,
    )


def health_view(health: Health) -> http.AgentHealthView:
    return http.AgentHealthView(
        status="ok" if health.model else "off",
        model=health.model,
        tokens_left_today=health.tokens_left,
    )


def _failure(trouble: Trouble | None) -> Failure | None:
    if trouble is None:
        return None
    return Failure(code=trouble.code, message=trouble.message, retryable=trouble.retryable)
