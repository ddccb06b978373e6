"""A conversation: its messages as people read them, and whose turn it is."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.agent.domain.chat import Speaker
from services.agent.domain.trouble import ANSWER_LOST, Trouble

# Longer than a function lives (29 s), so that nobody answers any more when it ends.
LEASE = timedelta(seconds=40)
MOST_MESSAGES = 1_000  # of a conversation, those of both sides
MOST_TEXT = 16_000  # characters of an answer
MOST_TITLE = 80  # characters
UNTITLED = "New conversation"


@dataclass(frozen=True)
class Entry:
    """One message as people read it. `text` of the agent is a model's, and may be anybody's."""

    number: int
    by: Speaker
    text: str
    at: datetime
    looked_at: tuple[str, ...] = ()
    proposal_id: str | None = None
    trouble: Trouble | None = None
    turn_id: str | None = None  # of an answer: the turn that wrote it


@dataclass(frozen=True)
class Turn:
    """Somebody answers message `number`. Nobody else does before `until`."""

    id: str
    number: int
    until: datetime
    stop: bool = False


@dataclass(frozen=True)
class Conversation:
    """`messages` counts all that were stored. Those before number `told_from` are told to the model
    by `summary`. `version` is the store's."""

    id: str
    owner: str
    opened_at: datetime
    updated_at: datetime
    title: str = UNTITLED
    messages: int = 0
    turn: Turn | None = None
    proposed_at: datetime | None = None  # the last time
    summary: str = ""
    told_from: int = 0
    version: int = 1

    def is_answering(self, now: datetime) -> bool:
        return self.turn is not None and now < self.turn.until

    @property
    def last_asked(self) -> int:
        """The number of the last message of its owner; below 0: there is none."""
        return self.turn.number if self.turn is not None else self.messages - 2

    @property
    def is_full(self) -> bool:
        return self.messages + 3 > MOST_MESSAGES  # a lost answer, a message and its answer

    def begun(self, turn_id: str, text: str, now: datetime) -> tuple["Conversation", list[Entry]]:
        """With another message of its owner, and its turn. What was answered before and never came
        to an end is lost. Needs that nobody is answering."""
        entries, number = [], self.messages
        if self.turn is not None:
            lost = Entry(number, Speaker.MODEL, "", now, trouble=ANSWER_LOST, turn_id=self.turn.id)
            entries.append(lost)
            number += 1
        entries.append(Entry(number, Speaker.USER, text, now))
        begun = replace(
            self,
            title=self.title if self.messages else title_of(text),
            messages=number + 1,
            turn=Turn(turn_id, number, now + LEASE),
            updated_at=now,
        )
        return begun, entries

    def taken_over(self, turn_id: str, now: datetime) -> "Conversation":
        """The message that was begun last is answered anew, because whoever did it is dead."""
        if self.turn is None:
            raise ValueError(f"conversation {self.id} has no turn")
        return replace(self, turn=Turn(turn_id, self.turn.number, now + LEASE), updated_at=now)

    def stopping(self) -> "Conversation":
        if self.turn is None:
            return self
        return replace(self, turn=replace(self.turn, stop=True))

    @property
    def turn_id(self) -> str | None:
        return self.turn.id if self.turn else None

    def answered(self, answer: Entry) -> "Conversation":
        return replace(
            self,
            messages=answer.number + 1,
            turn=None,
            proposed_at=answer.at if answer.proposal_id else self.proposed_at,
            updated_at=answer.at,
        )


def title_of(text: str) -> str:
    """The first message in one line."""
    line = " ".join(text.split()) or UNTITLED
    return line if len(line) <= MOST_TITLE else f"{line[: MOST_TITLE - 1]}…"
