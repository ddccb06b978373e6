"""What the agent service publishes: conversations, what was proposed in them, and who decided."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.contract import Count, Digest, Id, Published, Text, UtcTime

ActionKind = Literal["start", "batch", "retry", "pause", "resume", "cancel", "ticket"]
MAX_PIECE = 4_000  # characters; however they are escaped, a WebSocket frame has room for them

Piece = Annotated[str, Text(f"At most {MAX_PIECE} characters", MAX_PIECE, min_length=0)]
ToolName = Annotated[str, Text("1 to 64 of A-Z a-z 0-9 _ -", 64, r"[A-Za-z0-9_-]+")]


class ConversationOpenedV1(Published):
    """Somebody began to talk to the agent."""

    conversation_id: Id
    owner: str
    opened_at: UtcTime


class ProposalFact(Published):
    """What every event of a proposal says. `digest` is the SHA-256 of its canonical JSON, so that
    nobody can say later that something else was confirmed."""

    proposal_id: Id
    conversation_id: Id
    owner: str
    kind: ActionKind
    digest: Digest


class ProposalMadeV1(ProposalFact):
    """The agent proposed something. Nothing was done."""

    sentence: str = Field(description="what would be done, in one sentence")
    made_at: UtcTime
    expires_at: UtcTime


class ProposalConfirmedV1(ProposalFact):
    """Its owner confirmed it, and it was done with the owner's rights. `transfer_ids` are those
    that were started or steered."""

    confirmed_by: str
    session_id: Id
    transfer_ids: tuple[Id, ...]
    ticket_id: Id | None = None
    confirmed_at: UtcTime


class ProposalRejectedV1(ProposalFact):
    """Nothing was done, and nothing will be. rejected: its owner said so. superseded: the owner
    wrote another message."""

    why: Literal["rejected", "superseded"]
    by: str
    rejected_at: UtcTime


class AnswerStreamedV1(Published):
    """A piece of an answer that is being written, for whoever watches the conversation. It is
    published directly and may be lost: the answer of the request has all of it.

    Pieces of a turn are numbered from 0. `text` goes behind what was told before; `tool` says what
    the agent looks at just now; `ended`: the turn is over, read the conversation.
    """

    conversation_id: Id
    owner: str
    turn_id: Id
    number: Count
    text: Piece = ""
    tool: ToolName | None = None
    ended: bool = False
