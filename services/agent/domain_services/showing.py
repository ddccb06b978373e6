"""What callers are shown of conversations."""

from dataclasses import dataclass

from services.agent.domain.conversation import Conversation, Entry
from services.agent.domain.ports import Ports
from services.agent.domain.proposal import GOES_ON_FOR, Proposal
from services.agent.domain_services.keep_proposal import open_proposal


@dataclass(frozen=True)
class Shown:
    """A conversation, and the proposal in it that waits for its owner."""

    conversation: Conversation
    proposal: Proposal | None


@dataclass(frozen=True)
class Answer:
    shown: Shown
    entry: Entry
    tokens_left: int


def shown(conversation: Conversation, *, ports: Ports) -> Shown:
    """Looks for a proposal only where one can be open."""
    now, at = ports.now(), conversation.proposed_at
    if at is None or at + GOES_ON_FOR <= now:
        return Shown(conversation, None)
    return Shown(conversation, open_proposal(conversation.id, now, ports.proposals))


def tokens_left(user: str, *, ports: Ports) -> int:
    taken = ports.budget.taken(user, ports.now().date())
    return max(0, ports.policy.tokens_per_day - taken)
