"""HTTP requests and answers about the agent: conversations, messages and proposals."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.agent_events import ActionKind
from contracts.contract import (
    CONTROL,
    Bytes,
    Contract,
    Count,
    Digest,
    Id,
    PageQuery,
    Published,
    Text,
    UtcTime,
)
from contracts.transfer_events import Failure

MAX_MESSAGE = 4_000  # characters
_LINES = rf"(?:[^{CONTROL}]|[\t\n\r])+"  # line breaks and tabs are wanted
MessageText = Annotated[
    str,
    Text(
        f"A message has 1 to {MAX_MESSAGE} characters: text with line breaks.", MAX_MESSAGE, _LINES
    ),
]
ProposalState = Literal[
    "open", "confirming", "confirmed", "failed", "rejected", "superseded", "expired"
]


class ConversationRequest(Contract):
    """A conversation begins without a word. Its title is its first message."""


class MessageRequest(Contract):
    """What the user says. An open proposal of the conversation is superseded by it."""

    text: MessageText


class DecisionRequest(Contract):
    """The digest is that of the proposal that was shown: nothing else can be confirmed."""

    digest: Digest


class ProposalsQuery(PageQuery):
    state: ProposalState | None = None


class Line(Published):
    """A line of a proposal's card: what it is about, and its value. Show it as plain text."""

    label: str
    value: str


class EstimateView(Published):
    """How long it takes, from how long others took. `low` to `high` holds 80 of 100 of them.
    The four figures are null while too few are known; `basis` says from what they come."""

    seconds: float | None = Field(ge=0)
    low_seconds: float | None = Field(ge=0)
    high_seconds: float | None = Field(ge=0)
    success_percent: float | None = Field(ge=0, le=100)
    counted: Count = Field(description="so many ended transfers were looked at")
    basis: str


class StepView(Published):
    """One thing that is done when the proposal is confirmed. `result` is the id of what was
    started, steered or opened; `failure` is why it was not."""

    sentence: str
    size_bytes: Bytes | None = None
    result: Id | None = None
    failure: Failure | None = None


class ProposalView(Published):
    """What would be done, as the server wrote it down. `canonical` is the JSON that `digest` is the
    SHA-256 of. A proposal is good once, for its owner, until `expires_at`."""

    id: Id
    conversation_id: Id
    owner: str
    kind: ActionKind
    state: ProposalState
    sentence: str = Field(description="what would be done, in one sentence")
    steps: tuple[StepView, ...]
    lines: tuple[Line, ...] = Field(description="everything that matters, to be read before")
    cautions: tuple[str, ...] = Field(description="what is not promised, and what may surprise")
    strategy: str | None = Field(description="how the files will be moved, and why")
    estimate: EstimateView | None
    canonical: str
    digest: Digest
    made_at: UtcTime
    expires_at: UtcTime
    decided_at: UtcTime | None
    decided_by: str | None
    failure: Failure | None = Field(description="why it was not done after it was confirmed")


class ProposalsPage(Published):
    """Newest first. `cursor` is null on the last page. Other pages may hold fewer than `limit`, or
    none: go on with their cursor."""

    proposals: tuple[ProposalView, ...]
    cursor: str | None


class MessageView(Published):
    """One message, as people read it. Show `text` as plain text: links and images in it are words
    of a model, and may be somebody else's. `looked_at` are the tools that the answer used. An
    answer has the `turn_id` of its pieces: those that come later belong to nothing any more."""

    number: Count
    by: Literal["user", "agent"]
    text: str
    at: UtcTime
    looked_at: tuple[str, ...] = ()
    turn_id: Id | None = None
    proposal_id: Id | None = None
    trouble: Failure | None = Field(
        default=None, description="why the answer is missing or ends early"
    )


class ConversationView(Published):
    """answering: a turn is under way, and another message is refused until it is over."""

    id: Id
    owner: str
    title: str
    state: Literal["idle", "answering"]
    open_proposal_id: Id | None
    messages: Count
    opened_at: UtcTime
    updated_at: UtcTime


class ConversationsPage(Published):
    """Newest first. `cursor` is null on the last page."""

    conversations: tuple[ConversationView, ...]
    cursor: str | None


class MessagesPage(Published):
    """The conversation with its messages, oldest first. `cursor` is null on the last page."""

    conversation: ConversationView
    messages: tuple[MessageView, ...]
    cursor: str | None


class AnswerView(Published):
    """The agent's answer. With `proposal` something waits to be confirmed."""

    conversation: ConversationView
    message: MessageView
    proposal: ProposalView | None
    tokens_left_today: Count


class AgentHealthView(Published):
    """ok: the agent answers. off: this stage has no model; everything else works without it."""

    status: Literal["ok", "off"]
    model: str | None
    tokens_left_today: Count = Field(description="of the caller")
