"""What the model is told of the conversation until now: all of it, or a summary of its beginning.

Messages are divided where a message of the user began, so that no call of a tool is without its
result. The summary is a model's words about words of others: it is told as data.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.agent.domain.chat import Message, Said, Speaker, Stop
from services.agent.domain.errors import ModelError, TurnEnded
from services.agent.domain.history import as_data, as_text, size_of
from services.agent.domain.ports import Part
from services.agent.domain.trouble import OUT_OF_TIME
from services.agent.domain_services.ask_model import Question, ask_model
from services.agent.domain_services.system_prompt import SUMMARY
from services.agent.domain_services.telling import Telling

MOST_SUMMARY = 4_000  # characters
MOST_RESULT = 500  # bytes of a tool's result, to be summarised
KEEPS_SECONDS = 12.0  # of the turn for the answer
LEFT_OUT = "Earlier messages are left out here. They could not be summarised."


@dataclass(frozen=True)
class Past:
    """`parts` are those from message number `told_from` on. `summary` tells those before."""

    parts: Sequence[Part]
    summary: str
    told_from: int

    @property
    def messages(self) -> Sequence[Message]:
        told = [part.message for part in self.parts]
        if not self.summary:
            return told
        text = as_data({"summary_of_earlier_messages": self.summary})
        return [Message(Speaker.USER, (Said(text),)), *told]

    @property
    def size(self) -> int:
        return size_of(self.messages)

    def divided(self, most: int) -> tuple[Sequence[Part], Sequence[Part]]:
        """The newer ones have so many bytes at most, but the last message of the user is always
        among them, with what follows it."""
        sizes = Counter[int]()
        for part in self.parts:
            sizes[part.number] += size_of([part.message])
        first, left = self.parts[-1].number, most
        for number in sorted(sizes, reverse=True):
            left -= sizes[number]
            if left < 0:
                break
            first = number
        return (
            [part for part in self.parts if part.number < first],
            [part for part in self.parts if part.number >= first],
        )


def shortened(past: Past, most: int, user: str, until: datetime, telling: Telling) -> Past:
    """With a summary of what is older. Raises TurnEnded when the user stopped it or has no tokens
    left."""
    older, newer = past.divided(most)
    if not older:
        return past
    told = [part.message for part in older]
    text = as_text(told, telling.ports.policy.history_bytes, MOST_RESULT)
    before = as_data({"summary_of_what_was_before": past.summary})
    question = Question(
        user=user,
        system=SUMMARY,
        messages=[Message(Speaker.USER, (Said(before), Said(text)))],
        tools=(),
        until=until - timedelta(seconds=KEEPS_SECONDS),
    )
    summary = _summary(question, telling) or f"{LEFT_OUT} {past.summary}".strip()
    return Past(newer, summary[:MOST_SUMMARY], newer[0].number)


def _summary(question: Question, telling: Telling) -> str | None:
    """None when it could not be made now."""
    try:
        reply = ask_model(question, lambda _: telling.said(""), ports=telling.ports)
    except ModelError:
        return None
    except TurnEnded as ended:
        if ended.trouble is OUT_OF_TIME:
            return None
        raise
    return reply.text.strip() if reply.stop in (Stop.END, Stop.LENGTH) else None
