"""The user's own messages in a conversation, as far as an order may stand in them."""

from collections.abc import Sequence

from services.agent.domain.asked import Asking
from services.agent.domain.asked_text import UserText
from services.agent.domain.chat import Said, ToolResult, ToolUse
from services.agent.domain.ports import Part

PROPOSES = "propose"


def asking_in(parts: Sequence[Part], last: str, *, superseded: bool) -> Asking:
    """`parts` are those of the history, up to the message `last` and what followed it. What is only
    in a summary is left out: it is a model's words. `superseded`: `last` ended an open proposal. If
    it says yes, that was meant, so the order for it is good once more and the card is shown again.
    """
    again = superseded and UserText(last).affirms
    proposed = -1 if again else _proposed_at(parts)
    now = parts[-1].number if parts else 0
    said = [
        (part.number, block.text)
        for part in parts
        for block in part.message.blocks[-1:]  # the ones before tell the time, for example
        if part.index == 0 and isinstance(block, Said) and part.number < now
    ]
    return Asking(
        last,
        before=[text for number, text in said if number > proposed],
        older=[text for number, text in said if number <= proposed],
    )


def _proposed_at(parts: Sequence[Part]) -> int:
    """The number of the last message before this one for which a proposal was made; -1: none."""
    uses = {
        block.id
        for part in parts
        for block in part.message.blocks
        if isinstance(block, ToolUse) and block.name == PROPOSES
    }
    made = [
        part.number
        for part in parts
        for block in part.message.blocks
        if isinstance(block, ToolResult) and block.id in uses and not block.failed
    ]
    return max(made, default=-1)
