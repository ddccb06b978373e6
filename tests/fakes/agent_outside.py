"""A model that plays a script, and whoever watches an answer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from services.agent.domain.chat import (
    Block,
    Json,
    Message,
    Reply,
    Said,
    Speaker,
    Stop,
    Tokens,
    ToolResult,
    ToolUse,
)
from services.agent.domain.errors import ModelRefused
from services.agent.domain.ports import Piece

Move = Reply | Exception | Callable[[Sequence[Message]], Reply]
WORD_SECONDS = 0.1


def replied(text: str = "", *uses: ToolUse, stop: Stop | None = None, read: int = 100) -> Reply:
    """An answer of the model. It stops for its tools when it asks for any."""
    blocks: list[Block] = [Said(text)] if text else []
    blocks += uses
    why = stop or (Stop.TOOLS if uses else Stop.END)
    return Reply(Message(Speaker.MODEL, tuple(blocks)), why, Tokens(read, len(text)))


@dataclass(frozen=True)
class Asked:
    system: str
    messages: Sequence[Message]
    tools: Sequence[Json]
    seconds: float


@dataclass
class InMemoryModel:
    """Plays one move for each call, in their order. It refuses what Bedrock refuses."""

    moves: list[Move] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    word: Callable[[], None] = lambda: None  # is called after each, so that time passes

    def answer(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Json],
        said: Callable[[str], None],
        seconds: float,
    ) -> Reply:
        self.asked.append(Asked(system, messages, tools, seconds))
        if wrong := wrong_with(messages, bool(tools)):
            raise ModelRefused(wrong)
        move = self.moves.pop(0)
        if isinstance(move, Exception):
            raise move
        reply = move if isinstance(move, Reply) else move(messages)
        for piece in re.findall(r"\S*\s*", reply.text):
            said(piece)
            self.word()
        return replace(reply)


def wrong_with(messages: Sequence[Message], has_tools: bool) -> str:
    """What Bedrock says to such a conversation, or nothing."""
    sides = [message.by for message in messages]
    if not sides or sides[0] is not Speaker.USER or sides[-1] is not Speaker.USER:
        return "A conversation must start and end with a user message."
    if any(one is other for one, other in pairwise(sides)):
        return "roles must alternate"
    ids: list[str] = []
    waiting: list[str] = []
    for message in messages:
        results = [each for each in message.blocks if isinstance(each, ToolResult)]
        uses = [each for each in message.blocks if isinstance(each, ToolUse)]
        if [each.id for each in results] != waiting:
            return "Expected toolResult blocks for the toolUse blocks of the message before."
        if results and len(results) < len(message.blocks):
            return "toolResult blocks stand alone"
        if any(isinstance(each, Said) and not each.text.strip() for each in message.blocks):
            return "The text field is blank."
        if not message.blocks or (uses and message.by is Speaker.USER):
            return "The content is empty, or not of that side."
        waiting = [each.id for each in uses]
        ids += waiting
    if len(set(ids)) != len(ids) or (ids and not has_tools):
        return "toolUse ids must be unique, and toolConfig defined."
    return ""


@dataclass
class InMemoryStream:
    pieces: list[Piece] = field(default_factory=list)
    deaf: bool = False

    def tell(self, piece: Piece) -> bool:
        if not self.deaf:
            self.pieces.append(piece)
        return not self.deaf
