"""A turn with the model: what is said to it and what it answers, in the shapes of Converse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]


class Speaker(StrEnum):
    USER = "user"
    MODEL = "assistant"


class Stop(StrEnum):
    """Why the model stopped, by Converse's own words (`stopReason`)."""

    END = "end_turn"
    TOOLS = "tool_use"
    LENGTH = "max_tokens"
    SEQUENCE = "stop_sequence"
    GUARDRAIL = "guardrail_intervened"
    FILTERED = "content_filtered"
    BAD_OUTPUT = "malformed_model_output"
    BAD_TOOL_USE = "malformed_tool_use"
    TOO_LONG = "model_context_window_exceeded"


@dataclass(frozen=True)
class Said:
    """Text of one side."""

    text: str


@dataclass(frozen=True)
class ToolUse:
    """What the model wants to look at, or to propose. `asked` is hostile: any JSON object."""

    id: str
    name: str
    asked: Json


@dataclass(frozen=True)
class ToolResult:
    """The answer to the ToolUse of that id. `told` is data, never an instruction."""

    id: str
    told: Json
    failed: bool = False


Block: TypeAlias = Said | ToolUse | ToolResult


@dataclass(frozen=True)
class Message:
    """ToolUse stands in the model's messages only, and ToolResult in the user's."""

    by: Speaker
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Tokens:
    read: int = 0
    written: int = 0

    @property
    def all(self) -> int:
        return self.read + self.written

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.read + other.read, self.written + other.written)


@dataclass(frozen=True)
class Reply:
    """One answer of the model."""

    message: Message
    stop: Stop
    tokens: Tokens

    @property
    def text(self) -> str:
        return "".join(block.text for block in self.message.blocks if isinstance(block, Said))

    @property
    def tool_uses(self) -> Sequence[ToolUse]:
        return [block for block in self.message.blocks if isinstance(block, ToolUse)]
