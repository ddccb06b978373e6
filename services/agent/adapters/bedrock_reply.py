"""Puts the events of a ConverseStream together. Everything in them is hostile."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.agent.domain.chat import (
    Block,
    Json,
    Message,
    Reply,
    Said,
    Speaker,
    Stop,
    Tokens,
    ToolUse,
)
from services.agent.domain.errors import ModelAway

# Of an answer with its calls. Its tokens are limited, too, but by the model. It is kept in one row
# of at most 400 KB, where JSON takes up to 6 bytes for a character.
MOST_CHARACTERS = 60_000
MOST_ASKED = 20_000  # characters of what a tool is asked
# What Bedrock takes again as history.
NAME, ID = re.compile(r"[a-zA-Z0-9_-]{1,64}"), re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
WORDS = {"inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"}  # all of them were read
WITH_TOOLS = frozenset({Stop.TOOLS})


class _Malformed(Exception):
    pass


@dataclass
class _Open:
    """A block that is being written: text, or the use of a tool."""

    use: Mapping[str, Any] | None = None
    pieces: list[str] = field(default_factory=list)


@dataclass
class Reading:
    has_begun: bool = False
    _blocks: dict[int, _Open] = field(default_factory=dict)
    _characters: int = 0
    _stop: str | None = None
    _usage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """All that was said has come. How many tokens it took may still come."""
        return self._stop is not None

    def take(self, event: Mapping[str, Any]) -> str:
        """The text that is new. Raises ModelAway for an answer that does not end."""
        self.has_begun = True
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            use = start.get("start", {}).get("toolUse")
            self._blocks[start["contentBlockIndex"]] = _Open(use)
        elif "contentBlockDelta" in event:
            return self._grown(event["contentBlockDelta"])
        elif "messageStop" in event:
            self._stop = event["messageStop"].get("stopReason", "")
        elif "metadata" in event:
            self._usage = event["metadata"].get("usage", {})
        return ""

    def _grown(self, told: Mapping[str, Any]) -> str:
        delta = told.get("delta", {})
        text = delta.get("text", "")
        piece = text or delta.get("toolUse", {}).get("input", "")
        self._characters += len(piece)
        if self._characters > MOST_CHARACTERS:
            raise ModelAway("the answer does not end")
        # half a surrogate pair can neither be stored nor shown
        piece = piece.encode(errors="replace").decode()
        self._blocks.setdefault(told["contentBlockIndex"], _Open()).pieces.append(piece)
        return piece if text else ""

    def reply(self) -> Reply:
        """Raises ModelAway when the answer broke off."""
        if self._stop is None:
            raise ModelAway("the answer broke off")
        usage = self._usage
        read = sum(int(usage.get(name) or 0) for name in WORDS)
        tokens = Tokens(read, int(usage.get("outputTokens") or 0))
        stop = Stop(self._stop) if self._stop in set(Stop) else Stop.BAD_OUTPUT
        blocks: list[Block] = []
        try:
            for _, block in sorted(self._blocks.items()):
                text = "".join(block.pieces)
                if block.use is None and text:
                    blocks.append(Said(text))
                elif block.use is not None and stop in WITH_TOOLS:
                    blocks.append(_use(block.use, text))
            if stop in WITH_TOOLS and not any(isinstance(each, ToolUse) for each in blocks):
                raise _Malformed
        except _Malformed:
            stop = Stop.BAD_TOOL_USE
        return Reply(Message(Speaker.MODEL, tuple(blocks)), stop, tokens)


def _use(told: Mapping[str, Any], text: str) -> ToolUse:
    """Raises _Malformed."""
    name, use_id = str(told.get("name")), str(told.get("toolUseId"))
    if not NAME.fullmatch(name) or not ID.fullmatch(use_id) or len(text) > MOST_ASKED:
        raise _Malformed
    return ToolUse(use_id, name, _asked(text))


def _asked(text: str) -> Json:
    """What is asked without anything is told as no text at all."""
    try:
        found = json.loads(text, parse_constant=_refused) if text.strip() else {}
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()  # 1e999 is infinite
    except (ValueError, RecursionError):
        raise _Malformed from None
    if not isinstance(found, dict):
        raise _Malformed
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
